import { describe, expect, it } from 'vitest';

import { agentEnvironment, PORTS_PER_RUN, runIdentity, UNATTENDED } from '../../../src/system/environment.ts';
import type { EnvironmentInput, RunVariables } from '../../../src/system/environment.ts';

const nothing = { pass: [], set: {} };

const run: RunVariables = {
  program: 'agent',
  root: '/repo',
  worktree: '/repo/.worktrees/T-12',
  taskId: 'T-12',
  role: 'task',
  runId: 'T-12-1-task-0123abcd',
  attempt: 2,
  branch: 'refs/heads/T-12',
  base: 'refs/heads/main',
  report: '/repo/.worktrees/T-12/report.md',
  changedFiles: '/run/changed.txt',
  findings: '/run/findings.md',
  tmp: '/run/tmp',
  slot: 0,
  identity: runIdentity('claude', 'T-12', 'task'),
};

const env = (change: Partial<EnvironmentInput> = {}): Record<string, string> =>
  agentEnvironment({ inherited: {}, settings: nothing, agent: nothing, role: nothing, adapterEnv: {}, run, ...change });

describe('what a run inherits', () => {
  it('is an allow-list', () => {
    const allowed = {
      PATH: '/a',
      HOME: '/h',
      USER: 'u',
      SHELL: '/bin/sh',
      LANG: 'C',
      LC_ALL: 'C',
      TERM: 'xterm',
      TZ: 'UTC',
      XDG_CONFIG_HOME: '/x',
      http_proxy: 'p',
      HTTPS_PROXY: 'p',
      no_proxy: 'n',
      NODE_EXTRA_CA_CERTS: 'c',
      SSL_CERT_FILE: 's',
      COREPACK_HOME: 'c',
      PNPM_HOME: 'p',
      NVM_DIR: 'n',
      FNM_DIR: 'f',
      VOLTA_HOME: 'v',
      ASDF_DIR: 'a',
      MISE_SHELL: 'm',
      RUSTUP_HOME: '/r',
      CARGO_HOME: '/c',
      JAVA_HOME: '/j',
      GOPATH: '/g',
      PYENV_ROOT: '/p',
      VIRTUAL_ENV: '/v',
      GRADLE_USER_HOME: '/g',
      ANDROID_HOME: '/a',
      REQUESTS_CA_BUNDLE: '/ca.pem',
      CURL_CA_BUNDLE: '/ca.pem',
      DOCKER_HOST: 'unix:///run/docker.sock',
      SDKMAN_DIR: '/s',
    };
    const kept = {
      AWS_SECRET_ACCESS_KEY: 'x',
      OPENAI_API_KEY: 'x',
      GIT_DIR: '/other/.git',
      GIT_AUTHOR_NAME: 'Ann',
      NODE_OPTIONS: '--inspect',
      SSH_AUTH_SOCK: 's',
      MISE_GITHUB_TOKEN: 't',
      ASDF_API_KEY: 'k',
      npm_config_registry: 'r',
      TMPDIR: '/person',
      KANBAN_RUN_ID: 'another run',
      CODEX_HOME: '/codex',
      SOME_HOME: 'not a path',
      TOKEN_HOME: '/tokens',
      GIT_EDITOR: 'code --wait',
      EDITOR: 'code --wait',
    };
    const result = env({ inherited: { ...allowed, ...kept } });
    expect(result).toMatchObject(allowed);
    for (const [name, value] of Object.entries(kept)) expect(result[name]).not.toBe(value);
  });

  it('passes and sets what env names; the later of settings, agent and role wins', () => {
    const result = env({
      inherited: { API_KEY: 'secret', UNSET: undefined },
      adapterEnv: { A: 'adapter', B: 'adapter', C: 'adapter', D: 'adapter' },
      settings: { pass: ['API_KEY', 'UNSET', 'MISSING'], set: { B: 'settings', C: 'settings', D: 'settings' } },
      agent: { pass: [], set: { C: 'agent', D: 'agent' } },
      role: { pass: [], set: { D: 'role' } },
    });
    expect(result).toMatchObject({ API_KEY: 'secret', A: 'adapter', B: 'settings', C: 'agent', D: 'role' });
    expect(result).not.toHaveProperty('UNSET');
    expect(result).not.toHaveProperty('MISSING');
  });

  it('names the run; its mark and git identity cannot be overridden', () => {
    const result = env({
      settings: { pass: [], set: { KANBAN_RUN_ID: 'x', KANBAN_EXTRA: 'x', GIT_AUTHOR_EMAIL: 'ann@example.com' } },
    });
    expect(result).toMatchObject({
      KANBAN_RUN_ID: 'T-12-1-task-0123abcd',
      KANBAN_TASK: 'T-12',
      KANBAN_ROLE: 'task',
      KANBAN_BRANCH: 'T-12',
      KANBAN_BASE: 'main',
      KANBAN_WORKTREE: '/repo/.worktrees/T-12',
      KANBAN_REPORT: '/repo/.worktrees/T-12/report.md',
      KANBAN_CHANGED_FILES: '/run/changed.txt',
      KANBAN_FINDINGS: '/run/findings.md',
      KANBAN_ATTEMPT: '2',
      TMPDIR: '/run/tmp',
      GIT_AUTHOR_NAME: 'claude (T-12 task)',
      GIT_AUTHOR_EMAIL: 't-12.task.claude@kanban.invalid',
      GIT_COMMITTER_NAME: 'claude (T-12 task)',
      GIT_COMMITTER_EMAIL: 't-12.task.claude@kanban.invalid',
    });
    expect(result).not.toHaveProperty('KANBAN_EXTRA');
  });

  it("tells the user's checkout to shell, command and hooks, not to an agent (I7)", () => {
    expect(env()).not.toHaveProperty('KANBAN_ROOT');
    for (const program of ['shell', 'command', 'hook'] as const)
      expect(env({ run: { ...run, program } })).toHaveProperty('KANBAN_ROOT', '/repo');
  });

  it('gives each place of the pool ports of its own', () => {
    const ports = [0, 1, 2].map((slot) => Number(env({ run: { ...run, slot } })['KANBAN_PORT']));
    expect(ports[1]! - ports[0]!).toBe(PORTS_PER_RUN);
    expect(ports[2]! - ports[1]!).toBe(PORTS_PER_RUN);
  });

  it('leaves out what does not apply', () => {
    const none = {
      ...run,
      worktree: null,
      taskId: null,
      role: null,
      runId: null,
      attempt: null,
      branch: null,
      report: null,
      changedFiles: null,
      findings: null,
      tmp: null,
      slot: null,
      identity: null,
    };
    expect(env({ run: { ...none, program: 'hook' } })).toEqual({
      ...UNATTENDED,
      KANBAN_ROOT: '/repo',
      KANBAN_BASE: 'main',
    });
  });

  it('makes an identity of any agent name that git takes', () => {
    expect(runIdentity('My <Agent>\n/2', 'T-1', 'tester')).toEqual({
      name: 'My  Agent  /2 (T-1 tester)',
      email: 't-1.tester.my-agent-2@kanban.invalid',
    });
  });
});
