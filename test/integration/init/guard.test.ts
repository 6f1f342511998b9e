import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { init, type InitOptions, type InitResult } from '../../../src/setup/init-plan.ts';
import { GUARD_LINE } from '../../../src/setup/guard-script.ts';
import { makeFolder, makePrograms, makeRepository, run, write } from './rig.ts';

async function guard(cwd: string, options: Partial<InitOptions> = {}): Promise<InitResult> {
  const env = { PATH: makePrograms(), HOME: '/nowhere' };
  const result = await init({ cwd, dryRun: false, guard: true, env, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** A repository with `main` pushed to a bare one on disk, named origin. */
function withRemote(files?: Readonly<Record<string, string>>): { readonly root: string; readonly remote: string } {
  const root = makeRepository(files);
  const remote = join(makeFolder(), 'remote.git');
  run(root, 'init', '-q', '--bare', '-b', 'main', remote);
  run(root, 'remote', 'add', 'origin', remote);
  run(root, 'push', '-q', '-u', 'origin', 'main');
  return { root, remote };
}

interface Pushed {
  readonly ok: boolean;
  readonly said: string;
}

/** `git push` as the user types it; `by` is an environment besides. */
function push(cwd: string, args: readonly string[] = [], by: Readonly<Record<string, string>> = {}): Pushed {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT|KANBAN)_/.test(name)));
  const { status, stderr } = spawnSync('git', ['push', ...args], { cwd, env: { ...kept, ...by }, encoding: 'utf8' });
  return { ok: status === 0, said: stderr.split('\n').find((line) => line.startsWith('kanban: ')) ?? '' };
}

function commit(root: string, message: string, path = 'mine.txt'): string {
  write(root, { [path]: message });
  run(root, 'add', path);
  run(root, 'commit', '-q', '-m', message);
  return run(root, 'rev-parse', '--short', 'HEAD').trim();
}

const at = (remote: string, branch: string): string =>
  spawnSync('git', ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], {
    cwd: remote,
    encoding: 'utf8',
  }).stdout.trim();
const tip = (root: string): string => run(root, 'rev-parse', 'HEAD').trim();

describe('the guard of base', () => {
  it('refuses a plain push of what the queue did not make, in one line that names it and the way (I4)', async () => {
    const { root, remote } = withRemote();
    const before = at(remote, 'main');
    await guard(root);
    const short = commit(root, 'Fix a typo');
    const { ok, said } = push(root);
    expect(ok).toBe(false);
    expect(said).toBe(
      `kanban: not pushed: main on origin would get "${short} Fix a typo", which did not come through the merge queue; to do it on purpose: KANBAN_PUSH=main git push origin main`,
    );
    for (const args of [['origin', 'main'], ['--all'], ['origin', 'HEAD:main'], ['--force'], [remote, 'main']])
      expect([args, push(root, args).ok]).toEqual([args, false]);
    expect(at(remote, 'main')).toBe(before);
    expect(push(root, ['origin', 'main'], { KANBAN_PUSH: 'agents' }).ok).toBe(false);
    expect(push(root, ['origin', 'main'], { KANBAN_PUSH: 'main' }).ok).toBe(true);
    expect(at(remote, 'main')).toBe(tip(root));
  });

  it('lets through what the queue made: landings, moves, and a commit with its trailers under any subject', async () => {
    const { root, remote } = withRemote();
    await guard(root);
    run(root, 'switch', '-q', '-c', 'T-1');
    commit(root, 'by an agent');
    run(root, 'switch', '-q', 'main');
    commit(root, 'kanban: T-1 TODO → IN_PROGRESS', 'board.txt');
    run(root, 'merge', '-q', '--no-ff', '-m', 'T-1: Say hello\n\nKanban-Move: T-1 TESTING -> CHANGELOG', 'T-1');
    expect(push(root)).toEqual({ ok: true, said: '' });
    expect(at(remote, 'main')).toBe(tip(root));
    // The user's commit below is found, whatever stands on top.
    commit(root, 'Mine');
    commit(root, 'kanban: set up', 'board.txt');
    expect(push(root).said).toContain('Mine"');
  });

  it('lets other branches, tags, deletions and a first push pass', async () => {
    const { root, remote } = withRemote();
    await guard(root);
    commit(root, 'Mine');
    run(root, 'tag', 'v1');
    run(root, 'branch', 'feature');
    expect(push(root, ['origin', 'feature', 'v1', 'HEAD:refs/heads/main2']).ok).toBe(true);
    expect(push(root, ['origin', '--delete', 'feature']).ok).toBe(true);
    expect(at(remote, 'feature')).toBe('');
    run(root, 'config', 'kanban.guard', 'fresh');
    expect(push(root, ['origin', 'HEAD:refs/heads/fresh']).ok).toBe(true);
    commit(root, 'More');
    expect(push(root, ['origin', 'HEAD:refs/heads/fresh']).ok).toBe(false);
    run(remote, 'config', 'receive.denyDeleteCurrent', 'ignore');
    expect(push(root, ['origin', ':fresh']).ok).toBe(true);
  });

  it('refuses to lose commits that are on the remote, though nothing of the user’s own is pushed', async () => {
    const { root, remote } = withRemote();
    commit(root, 'kanban: one');
    push(root);
    await guard(root);
    run(root, 'reset', '-q', '--hard', 'HEAD~1');
    expect(push(root, ['--force']).said).toContain('would lose commits that are there');
    expect(at(remote, 'main')).not.toBe(tip(root));
    expect(push(root, ['--force'], { KANBAN_PUSH: 'main' }).ok).toBe(true);
  });

  it('guards the remote of the settings only, also by its address; with none, every remote', async () => {
    const { root, remote } = withRemote();
    const fork = join(makeFolder(), 'fork.git');
    run(root, 'init', '-q', '--bare', fork);
    run(root, 'remote', 'add', 'fork', fork);
    run(root, 'push', '-q', 'fork', 'main');
    await guard(root);
    commit(root, 'Mine');
    expect(push(root, ['fork', 'main']).ok).toBe(false);
    write(root, { 'WORKFLOW.md': '---\nbase: main\nremote: origin\n---\n' });
    await guard(root);
    expect(push(root, ['fork', 'main']).ok).toBe(true);
    expect(push(root, ['origin', 'main']).ok).toBe(false);
    expect(push(root, [remote, 'main']).ok).toBe(false);
  });

  it('works from linked worktrees and from folders below, and is off without its setting', async () => {
    const { root } = withRemote({ 'deep/a.txt': 'a\n' });
    await guard(root);
    const linked = join(makeFolder(), 'linked tree');
    run(root, 'worktree', 'add', '-q', '-b', 'side', linked);
    commit(linked, 'Mine');
    expect(push(linked, ['origin', 'HEAD:main']).said).toContain('Mine');
    run(root, 'merge', '-q', '--ff-only', 'side');
    expect(push(join(root, 'deep')).ok).toBe(false);
    run(root, 'config', '--unset', 'kanban.guard');
    expect(push(root).ok).toBe(true);
  });

  it('a second time changes nothing; --dry-run says all of it and does nothing', async () => {
    const { root } = withRemote();
    const dry = await guard(root, { dryRun: true });
    expect(existsSync(join(root, '.git/hooks/pre-push'))).toBe(false);
    expect(run(root, 'config', '--local', '--list')).not.toContain('kanban.');
    const wet = await guard(root);
    expect(dry).toEqual({ ...wet, dryRun: true });
    expect(wet.made).toEqual(['.git/kanban/guard', '.git/hooks/pre-push', 'git config kanban.guard main']);
    expect(wet.nextSteps.join('\n')).toContain(
      'KANBAN_PUSH=main git push origin main; off: git config --unset kanban.guard',
    );
    expect(statSync(join(root, '.git/hooks/pre-push')).mode & 0o111).toBe(0o111);
    expect((await guard(root)).made).toEqual([]);
    expect((await guard(root, { guard: false })).made).toEqual([]);
  });
});

/** A pre-push hook of the user's that writes down what it is given. */
const OWN = '#!/bin/sh\n{ echo "args $*"; cat; } > "$(git rev-parse --git-common-dir)/seen"\n';
const withLine = (hook: string): string => hook.replace('\n', `\n${GUARD_LINE}\n`);

describe('a pre-push hook that is there', () => {
  it('is kept byte by byte, and the line to add is told; added, both work, and the hook still gets its lines', async () => {
    const { root, remote } = withRemote();
    const hook = join(root, '.git/hooks/pre-push');
    writeFileSync(hook, OWN);
    chmodSync(hook, 0o755);
    const result = await guard(root);
    expect(readFileSync(hook, 'utf8')).toBe(OWN);
    const told = result.nextSteps.find((step) => step.includes('is yours')) ?? '';
    expect(told).toContain(GUARD_LINE);
    expect(result.nextSteps.join('\n')).not.toContain('past the guard');
    expect((await guard(root)).nextSteps).toContain(told);
    writeFileSync(hook, withLine(OWN));
    expect((await guard(root)).nextSteps.join('\n')).toContain('past the guard');
    commit(root, 'Mine');
    expect(push(root).said).toContain('Mine');
    expect(existsSync(join(root, '.git/seen'))).toBe(false);
    expect(push(root, ['origin', 'main', 'HEAD:refs/heads/x'], { KANBAN_PUSH: 'main' }).ok).toBe(true);
    expect(readFileSync(join(root, '.git/seen'), 'utf8')).toMatch(
      /^args origin \S.*\n(refs\/heads\/main|HEAD) [0-9a-f]{40} refs\/heads\/main [0-9a-f]{40}\nHEAD [0-9a-f]{40} refs\/heads\/x 0{40}\n$/,
    );
    // Nothing to be pushed: the hook gets what git gives it, no line.
    push(root);
    expect(readFileSync(join(root, '.git/seen'), 'utf8')).toBe(`args origin ${remote}\n`);
  });

  it('in another language goes beside ours and is called as before', async () => {
    const { root } = withRemote();
    const hook = join(root, '.git/hooks/pre-push');
    writeFileSync(
      hook,
      `#!${process.execPath}\nprocess.exit(require('node:fs').readFileSync(0, 'utf8').includes('/no') ? 1 : 0);\n`,
    );
    chmodSync(hook, 0o755);
    const { nextSteps } = await guard(root);
    const move = /mv \S*pre-push \S*pre-push\.local/.exec(nextSteps.join('\n'))?.[0] ?? 'false';
    execFileSync('sh', ['-c', move], { cwd: root });
    expect((await guard(root)).made).toEqual(['.git/hooks/pre-push']);
    commit(root, 'Mine');
    expect(push(root, ['origin', 'main']).said).toContain('Mine');
    expect(push(root, ['origin', 'HEAD:refs/heads/no']).ok).toBe(false);
    expect(push(root, ['origin', 'HEAD:refs/heads/yes']).ok).toBe(true);
  });

  it.each<[string, string, (root: string) => void]>([
    [
      'husky 9',
      '.husky/_',
      (root) => {
        // What husky itself writes at every install (husky 9, index.js): its own hook calls the one above.
        mkdirSync(join(root, '.husky/_'), { recursive: true });
        writeFileSync(join(root, '.husky/_/.gitignore'), '*');
        writeFileSync(join(root, '.husky/_/pre-push'), '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n');
        chmodSync(join(root, '.husky/_/pre-push'), 0o755);
        writeFileSync(
          join(root, '.husky/_/h'),
          'n=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\nexit $?\n',
        );
      },
    ],
    ['husky 8 and other folders of the team', '.husky', (root) => mkdirSync(join(root, '.husky'), { recursive: true })],
  ])('with core.hooksPath (%s) the guard stands where the team keeps its hooks', async (_, folder, prepare) => {
    const { root } = withRemote();
    prepare(root);
    run(root, 'config', 'core.hooksPath', folder);
    const result = await guard(root);
    expect(result.made).toContain('.husky/pre-push');
    expect(result.nextSteps.find((step) => step.startsWith('git add'))).toMatch(/ \.husky\/pre-push /);
    expect(existsSync(join(root, '.git/hooks/pre-push'))).toBe(false);
    commit(root, 'Mine');
    expect(push(root).said).toContain('Mine');
    // A hook that the team has is theirs; with the line in it, it does nothing in a clone without the guard.
    const team = 'echo team >> "$(git rev-parse --git-common-dir)/seen"\n';
    writeFileSync(join(root, '.husky/pre-push'), `#!/bin/sh\n${team}`);
    expect((await guard(root)).nextSteps.join('\n')).toContain('.husky/pre-push is yours');
    writeFileSync(join(root, '.husky/pre-push'), withLine(`#!/bin/sh\n${team}`));
    expect(push(root).ok).toBe(false);
    rmSync(join(root, '.git/kanban/guard'));
    expect(push(root).ok).toBe(true);
    expect(readFileSync(join(root, '.git/seen'), 'utf8')).toBe('team\n');
  });

  it('in a folder for all repositories is not written: what to add is told', async () => {
    const { root } = withRemote();
    const shared = makeFolder();
    run(root, 'config', 'core.hooksPath', shared);
    const { made, nextSteps } = await guard(root);
    expect(existsSync(join(shared, 'pre-push'))).toBe(false);
    expect(made).toEqual(['.git/kanban/guard', 'git config kanban.guard main']);
    expect(nextSteps.join('\n')).toContain(`write ${join(shared, 'pre-push')} (executable)`);
    expect(nextSteps.join('\n')).toContain(GUARD_LINE);
  });
});
