import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildQuickCli } from '../rig/build-quick-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';
import { until } from './rig/until.ts';

let repo: PlainRepository;
let env: NodeJS.ProcessEnv;
let shell: ChildProcessWithoutNullStreams | null = null;

beforeAll(async () => {
  const { cli } = await buildQuickCli();
  repo = new PlainRepository(cli).init();
  repo.write('board/TODO.md', "# TODO\n\n## T-1: It's [one]: $HOME\n\n## T-12: Two\n");
  repo.write(
    'WORKFLOW.md',
    '---\nbase: main\nagents: { quick: { kind: command, command: [sh] }, "q$(touch hit)": { kind: command, command: [sh] } }\n---\n',
  );
  repo.commit();
  const bin = join(repo.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kanban'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  chmodSync(join(bin, 'kanban'), 0o755);
  env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, HOME: repo.folder, TERM: 'dumb' };
});
afterEach(() => {
  shell?.kill('SIGKILL');
  shell = null;
});
afterAll(() => repo.remove());

const has = (name: string): boolean => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;

/** What bash offers for a line whose last word is being typed. */
function bash(...words: string[]): string[] {
  const script = `eval "$(kanban completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kanban; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
    cwd: repo.root,
    env,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it('reads the board of the folder that -C names, in bash', () => {
    const elsewhere = (folder: string): string[] => bash('-C', folder);
    expect(elsewhere(repo.root)).toEqual(['T-1', 'T-12']);
    function bash(...words: string[]): string[] {
      const script = `eval "$(kanban completion bash)"; COMP_WORDS=(kanban "$@" show T-); COMP_CWORD=$(($# + 2)); _kanban; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
        cwd: repo.folder,
        env,
        encoding: 'utf8',
      });
      return stdout.split('\n').filter((line) => line !== '');
    }
  });

  it('runs nothing that the settings name', () => {
    expect(bash('kanban', 'add', '--agent', 'q')).not.toContain('q');
    expect(existsSync(join(repo.root, 'hit'))).toBe(false);
  });

  it.each([
    [['kanban', 'sta'], ['status']],
    [['kanban', '-C', '.', 'sta'], ['status']],
    [['kanban', 'mcp'], ['mcp']],
    [['kanban', 'help', 'add'], ['add']],
    [
      ['kanban', 'show', ''],
      ['T-1', 'T-12'],
    ],
    [['kanban', 'show', 'T-1', ''], []],
    [['kanban', 'run', 'T-1', 'T-12'], ['T-12']],
    [
      ['kanban', 'move', 'T-1', 'T'],
      ['TODO', 'TESTING'],
    ],
    [['kanban', 'move', '--before', 'T-12', 'T-1', 'REV'], ['REVIEW']],
    [['kanban', 'log', '--li'], ['--limit']],
    [['kanban', 'add', '--agent', 'qui'], ['quick']],
    [['kanban', 'add', '--agent', '=', 'qui'], ['quick']],
    [
      ['kanban', 'add', '--approve', ''],
      ['start', 'land', 'never'],
    ],
    [['kanban', 'add', '-d', 'T-1,T-12'], ['T-1,T-12']],
    [['kanban', 'status', '--state', 'ready,he'], ['ready,held']],
    [['kanban', 'add', '--body', ''], []],
    [['kanban', 'check', 'WORK'], ['WORKFLOW.md']],
    [['kanban', 'completion', 'f'], ['fish']],
  ])('in bash: %j', (words, offered) => expect(bash(...words)).toEqual(offered));

  it.skipIf(!has('fish'))('in fish', () => {
    const fish = (line: string): string[] => {
      const script = `kanban completion fish | source; complete -C ${JSON.stringify(line)}`;
      const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
        cwd: repo.root,
        env,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout.split('\n').filter((found) => found !== '');
    };
    expect(fish('kanban sta')[0]).toMatch(/^status\tShow what is in work/);
    expect(fish('kanban show ')).toEqual(["T-1\tIt's [one]: $HOME", 'T-12\tTwo']);
    expect(fish('kanban move T-1 RE').map((found) => found.split('\t')[0])).toEqual(['REVIEW']);
    expect(fish('kanban add --agent qui')[0]).toMatch(/^quick\t/);
    expect(fish('kanban log --li')[0]).toMatch(/^--limit\t/);
    expect(fish('kanban status --state ready,hel')[0]).toMatch(/^ready,held\b/);
  });

  it.skipIf(!has('zsh') || !has('script'))('in zsh', async () => {
    let screen = '';
    shell = spawn('script', ['-qec', 'zsh -f -i', '/dev/null'], { cwd: repo.root, env });
    const { stdin, stdout } = shell;
    stdout.on('data', (chunk: Buffer) => void (screen += chunk.toString()));
    stdin.write('PS1=; autoload -U compinit; compinit -u -D; eval "$(kanban completion zsh)"; echo rea"dy"\n');
    await until(() => screen.includes('ready\r\n'), 'zsh');
    for (const [typed, shown] of [
      ['kanban stat\t', 'kanban status '],
      ['kanban show T-12\t', 'kanban show T-12 '],
      ['kanban move T-1 REV\t', 'kanban move T-1 REVIEW '],
      ['kanban add --agent qui\t', 'kanban add --agent quick '],
      ['kanban log --lim\t', 'kanban log --limit '],
    ] as const) {
      screen = '';
      stdin.write(typed);
      await until(
        () => plain(screen).includes(shown),
        () => `${shown} in ${JSON.stringify(screen)}`,
      );
      stdin.write('\u0015');
    }
  });

  it('refuses another shell', () => {
    const refused = repo.kanban('completion', 'fihs');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('fix: kanban completion fish')]);
  });
});

/** Without what moves the cursor. */
const plain = (text: string): string => text.replaceAll(/\u001B\[[\d;?]*[a-zA-Z]|[\u0007\b]/g, '');
