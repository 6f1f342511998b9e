import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig, readConfigWithIncludes } from '../../../src/git/config/config-file.ts';
import { git } from '../../../src/git/git.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { TRUSTED_CONFIG, trustConfig } from '../../../src/git/config/harmless.ts';
import { git as runnerGit } from '../../../src/runner/git/runner-git.ts';
import { runs } from '../../rig/runs.ts';

let root: string;
let ran: string;
let program: string;

const person = (...args: string[]): string =>
  execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  });
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** As kanban does while no run is active. */
const trustWhatIsThere = (): void => {
  const copy = join(root, '.git', ...TRUSTED_CONFIG);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, JSON.stringify({ lines: readConfigWithIncludes(join(root, '.git/config')) }));
  trustConfig(join(root, '.git'));
};

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-harmless-')));
  onTestFinished(() => {
    trustConfig('/nowhere');
    rmSync(root, { recursive: true, force: true });
  });
  person('init', '-q', '-b', 'main');
  person('config', 'user.name', 'Person');
  person('config', 'user.email', 'person@example.com');
  write('a.txt', '1\n2\n3\n4\n5\n6\n7\n');
  person('add', '.');
  person('commit', '-qm', 'one');
  person('switch', '-qc', 'side');
  write('a.txt', '1\n2\n3\n4\n5\n6\nside\n');
  person('commit', '-qam', 'side');
  person('switch', '-q', 'main');
  write('a.txt', 'main\n2\n3\n4\n5\n6\n7\n');
  person('commit', '-qam', 'main');
  ran = join(root, '.git', 'ran');
  program = join(root, '.git', 'program');
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${ran}'\ncat "$2" 2>/dev/null || :\nexit 0\n`);
  chmodSync(program, 0o755);
});

/** What kanban asks git for, in both of its doors. */
async function everything(): Promise<void> {
  write('a.txt', `main\n2\nchanged ${Math.random()}\n4\n5\n6\n7\n`);
  const calls = [
    ['status', '--porcelain'],
    ['diff'],
    ['diff', '--check', 'side', 'main'],
    ['log', '-p', '-1'],
    ['log', '-g', '-1', '--format=%H'],
    ['show', 'HEAD'],
    ['-c', 'core.safecrlf=false', 'add', '-A'],
    ['merge-tree', '--write-tree', '--name-only', 'main', 'side'],
    ['commit', '-q', '--allow-empty', '-m', 'x'],
    ['update-ref', 'refs/heads/other', 'HEAD'],
    ['worktree', 'add', '-q', '--detach', join(root, '.git', `w${Math.random()}`), 'HEAD'],
    ['checkout', '-q', '-f', 'HEAD', '--', '.'],
    ['merge', '-q', '--no-edit', 'side'],
    ['reset', '-q', '--hard', 'HEAD~1'],
  ];
  for (const args of calls) await git(args, { cwd: root, okExit: [0, 1, 128] });
  for (const args of calls) await runnerGit({ worktree: root, gitDir: join(root, '.git') }, args);
}

describe('I12: no git call of kanban runs what a repository names', () => {
  it('in core.fsmonitor, core.hooksPath, .git/hooks, a pager, an editor, diff.external', async () => {
    for (const key of [
      'core.fsmonitor',
      'core.pager',
      'pager.log',
      'pager.diff',
      'core.editor',
      'sequence.editor',
      'diff.external',
      'diff.d.command',
      'diff.d.textconv',
      'core.alternateRefsCommand',
      'alias.status',
    ])
      person('config', key, key === 'alias.status' ? `!${program}` : program);
    write('.git/info/attributes', '*.txt diff=d\n');
    mkdirSync(join(root, '.git/hooks'), { recursive: true });
    for (const hook of 'pre-commit commit-msg post-commit post-checkout post-merge reference-transaction'.split(' '))
      execFileSync('cp', [program, join(root, '.git/hooks', hook)]);
    await everything();
    person('config', 'core.hooksPath', join(root, '.git/hooks'));
    await everything();
    expect(existsSync(ran) ? readFileSync(ran, 'utf8') : '').toBe('');
  });

  it.each([
    ['a filter', (p: string) => ['filter.f.clean', p, 'filter.f.smudge', p], '*.txt filter=f\n'],
    ['a long-running filter', (p: string) => ['filter.f.process', p, 'filter.f.required', 'true'], '*.txt filter=f\n'],
    ['a merge driver', (p: string) => ['merge.m.driver', `${p} %A`], '*.txt merge=m\n'],
    ['a filter with = in its name', (p: string) => ['filter.a=b.clean', p], '*.txt filter=a=b\n'],
  ])('in %s that a run added to the config, also by an included file', async (_, settings, attributes) => {
    trustWhatIsThere();
    write('.git/info/attributes', attributes);
    const all = settings(program);
    for (let at = 0; at < all.length; at += 2) person('config', all[at]!, all[at + 1]!);
    await everything();
    const config = readFileSync(join(root, '.git/config'), 'utf8');
    writeFileSync(join(root, '.git/more'), config);
    writeFileSync(
      join(root, '.git/config'),
      `[core]\n\trepositoryformatversion = 0\n\tbare = false\n[user]\n\tname = x\n\temail = x@y\n[include]\n\tpath = more\n`,
    );
    await everything();
    expect(existsSync(ran) ? readFileSync(ran, 'utf8') : '').toBe('');
  });

  it('but runs a filter and a merge driver that the user had set up before', async () => {
    person('config', 'filter.f.clean', `${program} x y; cat`);
    write('.git/info/attributes', '*.txt filter=f\n');
    trustWhatIsThere();
    person('config', 'user.name', 'Somebody');
    await git(['add', '--renormalize', '.'], { cwd: root });
    expect(readFileSync(ran, 'utf8')).toContain('program');
  });

  it('and merges as git does where a run added a merge driver', async () => {
    trustWhatIsThere();
    write('.git/info/attributes', '*.txt merge=m\n');
    person('config', 'merge.m.driver', 'true');
    const { stdout } = await git(['merge-tree', '--write-tree', 'main', 'side'], { cwd: root });
    expect(person('cat-file', 'blob', `${stdout.split('\n')[0]}:a.txt`)).toBe('main\n2\n3\n4\n5\n6\nside\n');
  });

  it('nor a credential helper that a run added, also for one address; but those of the user, in order', async () => {
    const helper = (name: string): string => {
      const path = join(root, '.git', name);
      writeFileSync(path, `#!/bin/sh\necho '${name}' >> '${ran}'\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const home = join(root, '.git', 'home');
    writeFileSync(home, `[credential]\n\thelper = ${helper('global')}\n`);
    person('config', 'credential.helper', helper('first'));
    person('config', '--add', 'credential.helper', helper('second'));
    trustWhatIsThere();
    person('config', '--add', 'credential.helper', helper('evil'));
    person('config', 'credential.https://example.com.helper', helper('evil'));
    vi.stubEnv('GIT_CONFIG_GLOBAL', home);
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked = { cwd: root, input: 'protocol=https\nhost=example.com\n\n', okExit: [0, 1, 128] };
    await git(['credential', 'fill'], asked);
    expect(readFileSync(ran, 'utf8')).toBe('global\nfirst\nsecond\n');
  });

  it('nor in a command that opens the repository while a run is not taken in', async () => {
    trustWhatIsThere();
    trustConfig('/nowhere');
    write('.git/info/attributes', '*.txt filter=f\n');
    person('config', 'filter.f.clean', program);
    write('.kanban/runs/T-1-1/brief.json', '{}');
    expect((await openRepository(root)).ok).toBe(true);
    write('a.txt', 'changed\n');
    await git(['add', '-A'], { cwd: root });
    expect(existsSync(ran)).toBe(false);
    write('.kanban/runs/T-1-1/taken.json', '{}');
    trustConfig('/nowhere');
    expect((await openRepository(root)).ok).toBe(true);
    write('a.txt', 'changed again\n');
    await git(['add', '-A'], { cwd: root });
    expect(existsSync(ran)).toBe(true);
  });

  it.each([
    ['core.bare', 'true', 'git config core.bare false'],
    ['core.worktree', '/tmp', 'git config --unset-all core.worktree'],
    ['extensions.worktreeConfig', 'true', 'git config --unset-all extensions.worktreeconfig'],
  ])('a repository that a run turned into another one by %s: the command that fixes it', async (key, value, fix) => {
    trustWhatIsThere();
    const before = await openRepository(root);
    write('.kanban/runs/T-1-1/brief.json', '{}');
    person('config', key, value);
    expect(await openRepository(root, true)).toEqual(before);
    const opened = await openRepository(root);
    const problem = opened.ok ? undefined : opened.error[0];
    expect(problem).toMatchObject({ code: 'repository-changed', message: expect.stringContaining(key.toLowerCase()) });
    expect(problem?.fix).toContain(fix);
    execFileSync('sh', ['-ec', problem?.fix ?? 'false'], { cwd: root });
    expect(await openRepository(root)).toEqual(before);
  });

  it('git config is asked as it is: what the user has set is seen', async () => {
    person('config', 'core.hooksPath', '.husky');
    const { stdout } = await git(['config', '--get', 'core.hooksPath'], { cwd: root });
    expect(stdout.trim()).toBe('.husky');
  });
});

describe('a config file is read as git reads it', () => {
  const listed = (): string[] | null => {
    try {
      return execFileSync('git', ['config', '--file', 'c', '-z', '--list', '--no-includes'], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .split('\0')
        .filter(Boolean);
    } catch {
      return null;
    }
  };
  const parsed = (text: string): string[] | null =>
    parseConfig(text)?.map(({ name, value }) => (value === null ? name : `${name}\n${value}`)) ?? null;

  it.each([
    '[a]\nb = c\n[A "x.Y"] d\n',
    '[core]\n\tbare = true ; no\n#x\n[remote "o"]\nurl = "a # b" c  \n',
    '[a]b=1\\\n  2\n',
    '[a "q\\"x\\\\"]\nb="x\\n\\ty"',
    'garbage\n',
    '[a]\n= x\n',
    '[a\nb = 1\n',
    '[a]\nb = "open\n',
    '[a]\nb = x\\q\n',
    '[a.b.C]\nd = e\n',
    '\uFEFF[a]\r\nb = c\r\n',
  ])('%j', (text) => {
    writeFileSync(join(root, 'c'), text);
    expect(parsed(text)).toEqual(listed());
  });

  it('over random texts', () => {
    const piece = fc.constantFrom(
      '[a]',
      '[b "C d"]',
      '[a.x]',
      'k',
      '=',
      ' ',
      '\n',
      '"',
      '\\',
      '#',
      ';',
      'v w',
      'é',
      '\\n',
      ']',
      '\\\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        writeFileSync(join(root, 'c'), text);
        expect([text, parsed(text)]).toEqual([text, listed()]);
      }),
      { numRuns: runs(150) },
    );
  });

  it('with what it includes', () => {
    writeFileSync(join(root, 'more'), '[x]\ny = 1\n');
    appendFileSync(join(root, 'c'), `[include]\npath = more\n[includeIf "gitdir:/x"]\npath = ${root}/more\n`);
    const names = readConfigWithIncludes(join(root, 'c'))?.map(({ name }) => name);
    expect(names).toEqual(['include.path', 'x.y', 'includeif.gitdir:/x.path', 'x.y']);
  });
});
