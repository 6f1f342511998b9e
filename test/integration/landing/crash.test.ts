import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { commitMove, landingOf, landOne, MOVED_TODO, moveOf } from './deeds.ts';
import { copyRig, leftovers, lines, makeRig, TODO, type Rig } from './rig.ts';

let child = '';
let template: Rig;
let open: Rig[] = [];

beforeAll(async () => {
  child = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: child,
  });
  template = await makeRig({ name: 'vorlage mit ü' });
  template.git('commit', '-q', '--allow-empty', '-m', 'second');
  template.git('update-ref', 'refs/kanban/seen', 'main');
  template.write('src/f1.txt', 'staged\n');
  template.git('add', 'src/f1.txt');
  template.write('src/f2.txt', 'changed\n');
  template.write('note.txt', 'untracked\n');
  template.write('ignored.txt', 'ignored\n');
});

afterEach(() => {
  for (const rig of open) closeRepository(rig.repo);
  open = [];
});

const DIRT = 'M  src/f1.txt\n M src/f2.txt\n?? note.txt\n!! ignored.txt';

async function copy(): Promise<Rig> {
  const rig = await copyRig(template);
  open.push(rig);
  return rig;
}

function run(rig: Rig, deed: string, crashAt: number): string[] {
  const { stdout, stderr, signal } = spawnSync('node', [child, rig.root, deed, String(crashAt)], { encoding: 'utf8' });
  if (crashAt < 0 && stderr) throw new Error(stderr);
  expect(signal).toBe(crashAt < 0 ? null : 'SIGKILL');
  return stdout.trim().split('\n').filter(Boolean);
}

/** Nothing of the user's has changed, base is one of the two, and its checkout is in step with it. */
function sound(rig: Rig, old: string): void {
  expect(rig.gitIn(rig.root, 'status', '--porcelain', '--ignored').trim()).toBe(DIRT.trim());
  expect(rig.read('src/f1.txt') + rig.read('src/f2.txt') + rig.read('note.txt') + rig.read('ignored.txt')).toBe(
    'staged\nchanged\nuntracked\nignored\n',
  );
  expect(rig.git('fsck', '--no-dangling')).toBe('');
  expect(leftovers(rig)).toEqual([]);
  expect(rig.git('rev-list', '--first-parent', 'main').split('\n').slice(0, 2)).toContain(old);
  expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
}

for (const deed of ['move', 'land'] as const) {
  const act = async (rig: Rig) =>
    deed === 'move' ? commitMove(rig.repo, await moveOf(rig)) : landOne(rig.repo, landingOf(rig));

  describe(`a ${deed} killed at every step (I1, I4, I7, I8)`, () => {
    it('recovers, and done again gives the same end', async () => {
      const whole = await copy();
      const old = whole.sha('main');
      const steps = run(whole, deed, -1);
      expect(steps.length).toBeGreaterThanOrEqual(6);
      sound(whole, old);
      expect(whole.sha('main^')).toBe(old);
      const end = whole.sha('main^{tree}');
      for (let at = 0; at < steps.length; at++) {
        const rig = await copy();
        expect(run(rig, deed, at).at(-1)).toBe(steps[at]);
        const events = await recover(rig.repo);
        expect(events.filter(({ type }) => type === 'blocked' || type === 'file-kept')).toEqual([]);
        sound(rig, old);
        const again = rig.sha('main') === old;
        if (again) expect(await act(rig)).toMatchObject({ ok: true });
        expect([steps[at], rig.sha('main^{tree}'), rig.sha('main^')]).toEqual([steps[at], end, old]);
        sound(rig, old);
      }
    });

    it('and the next call recovers by itself; a kill in the recovery does no harm', async () => {
      const old = template.sha('main');
      const steps = run(await copy(), deed, -1);
      for (let at = 0; at < steps.length; at++) {
        const rig = await copy();
        run(rig, deed, at);
        for (let again = 0; ; again++) {
          const { stdout, signal } = spawnSync('node', [child, rig.root, 'recover', String(again)], {
            encoding: 'utf8',
          });
          if (signal === null || stdout === '') break;
        }
        if (rig.sha('main') === old) expect(await act(rig)).toMatchObject({ ok: true });
        sound(rig, old);
      }
    });

    it('keeps what the user typed between kill and recovery', async () => {
      const steps = run(await copy(), deed, -1);
      const path = deed === 'move' ? 'board/TODO.md' : 'src/f0.txt';
      for (let at = 0; at < steps.length; at++) {
        const rig = await copy();
        run(rig, deed, at);
        appendFileSync(join(rig.root, path), 'typed after the kill\n');
        const typed = rig.read(path);
        await recover(rig.repo);
        expect([steps[at], rig.read(path)]).toEqual([steps[at], typed]);
        expect(rig.git('fsck', '--no-dangling')).toBe('');
        expect(leftovers(rig)).toEqual([]);
        expect(rig.git('diff', '--cached', '--name-only')).toBe('src/f1.txt');
      }
    });
  });
}

describe('a git merge killed half-way (I7, I8)', () => {
  /** The journal is written, and git's part is done by hand, as far as it came. */
  const halfway = async (arrange: (rig: Rig, landed: string) => void) => {
    const rig = await copy();
    const journal = run(rig, 'land', -1).indexOf('pinned');
    const fresh = await copy();
    run(fresh, 'land', journal);
    const landed = fresh.sha('refs/kanban/inflight/T-9');
    arrange(fresh, landed);
    return fresh;
  };
  const lock = (rig: Rig) => rig.write('.git/index.lock', '');

  it('files in part written, gone and new; the index locked', async () => {
    const old = template.sha('main');
    const rig = await halfway((rig) => {
      lock(rig);
      rig.write('.git/ORIG_HEAD.lock', '');
      rig.write('src/f0.txt', lines('f0').slice(0, 30));
      rmSync(join(rig.root, 'src/f4.txt'));
      rmSync(join(rig.root, 'CHANGELOG.md'));
      rig.write('src/new.txt', '');
    });
    expect(await recover(rig.repo)).toMatchObject([{ type: 'landing-taken-back', id: 'T-9' }]);
    sound(rig, old);
    expect(rig.sha('main')).toBe(old);
    expect(rig.read('src/f0.txt')).toBe(lines('f0'));
    expect(existsSync(join(rig.root, 'src/new.txt'))).toBe(false);
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
  });

  it('files and index done, base not', async () => {
    const old = template.sha('main');
    const rig = await halfway((rig, landed) => {
      rig.git('read-tree', '-m', '-u', 'main', landed);
      rig.write('.git/refs/heads/main.lock', landed);
      rig.write('.git/HEAD.lock', '');
    });
    expect(await recover(rig.repo)).toMatchObject([{ type: 'landing-taken-back' }]);
    sound(rig, old);
    expect(rig.sha('main')).toBe(old);
  });

  it('a file that the user changed since is theirs; the rest goes back', async () => {
    const rig = await halfway((rig) => {
      lock(rig);
      rig.write('src/f0.txt', 'mine\n');
      rmSync(join(rig.root, 'src/f4.txt'));
    });
    const events = await recover(rig.repo);
    expect(events).toMatchObject([{ type: 'landing-taken-back' }, { type: 'file-kept', path: 'src/f0.txt' }]);
    expect(rig.read('src/f0.txt')).toBe('mine\n');
    expect(rig.read('src/f4.txt')).toBe(lines('f4'));
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: false, held: 'you have changed src/f0.txt' });
  });

  it('an index.lock that is older than the landing is not ours to remove', async () => {
    const rig = await halfway((rig) => {
      lock(rig);
      utimesSync(join(rig.root, '.git/kanban/landing.json'), new Date(), new Date(Date.now() + 60_000));
      truncateSync(join(rig.root, 'src/f0.txt'), 10);
    });
    expect(await recover(rig.repo)).toMatchObject([{ type: 'blocked' }]);
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({
      ok: false,
      held: expect.stringContaining('index.lock'),
    });
    rmSync(join(rig.root, '.git/index.lock'));
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
    sound(rig, template.sha('main'));
  });
});

describe('recover', () => {
  it('puts an unreadable journal aside, and does nothing without one', async () => {
    const rig = await copy();
    expect(await recover(rig.repo)).toEqual([]);
    rig.write('.git/kanban/move.json', '{"half');
    expect(await recover(rig.repo)).toMatchObject([{ type: 'journal-unreadable' }]);
    expect(await recover(rig.repo)).toEqual([]);
  });

  it('finishes a move although the user has switched branches since', async () => {
    const rig = await copy();
    const steps = run(await copy(), 'move', -1);
    run(rig, 'move', steps.indexOf('base'));
    rig.git('symbolic-ref', 'HEAD', 'refs/heads/T-9');
    rig.git('reset', '-q');
    rig.git('checkout', '-q', '--', '.');
    await recover(rig.repo);
    expect(rig.read('board/TODO.md')).toBe(TODO);
    expect(rig.git('show', 'main:board/TODO.md')).toBe(MOVED_TODO.trim());
    expect(leftovers(rig)).toEqual([]);
    writeFileSync(join(rig.root, 'done'), '');
  });
});
