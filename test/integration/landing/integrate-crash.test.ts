import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { bringUp, CHANGELOG, cloneAt, land, makeClones, move, type Clone } from './clones.ts';
import { leftovers, type Rig } from './rig.ts';

let child = '';
/** A has something to merge; B, which has nothing of its own, something to follow to. */
const templates: Clone[] = [];
let open: Clone[] = [];

beforeAll(async () => {
  child = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'integrate-crash-child.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: child,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { a, b } = await makeClones();
  land(b);
  move(b, '## T-2: Two\n', 'TODO', 'IN_PROGRESS');
  b.git('push', '-q', 'origin', 'main');
  a.git('fetch', '-q', 'origin');
  const behind = join(realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-'))), 'behind');
  cpSync(a.root, behind, { recursive: true, preserveTimestamps: true });
  move(a, '## T-1: One\n\nDo it.\n', 'TODO', 'REVIEW');
  a.commit('ours', { 'CHANGELOG.md': CHANGELOG.replace('- old\n', '- old\n- Ours\n'), 'src/own.txt': 'own\n' });
  templates.push(a, await cloneAt(behind, 'Anna'));
  for (const clone of templates) {
    clone.git('update-ref', 'refs/kanban/seen', 'main');
    clone.write('src/a.txt', 'staged\n');
    clone.git('add', 'src/a.txt');
    clone.write('src/b.txt', 'changed\n');
    clone.write('note.txt', 'untracked\n');
    clone.write('ignored.txt', 'ignored\n');
  }
  closeRepository(b.repo);
});

afterEach(() => {
  for (const { repo } of open) closeRepository(repo);
  open = [];
});
afterAll(() => {
  for (const { repo } of templates) closeRepository(repo);
});

async function copyOf(template: Clone): Promise<Clone> {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-'))), 'kopie mit ü');
  cpSync(template.root, root, { recursive: true, preserveTimestamps: true });
  const clone = await cloneAt(root, 'Anna');
  // Times and inodes are others than in the template's index.
  clone.git('status');
  open.push(clone);
  return clone;
}

function run(clone: Clone, deed: 'integrate' | 'recover', crashAt: number): string[] {
  const { stdout, stderr, signal } = spawnSync('node', [child, clone.root, deed, String(crashAt)], {
    encoding: 'utf8',
  });
  if (crashAt < 0 && stderr) throw new Error(stderr);
  if (crashAt >= 0 && deed === 'integrate') expect(signal).toBe('SIGKILL');
  return stdout.trim().split('\n').filter(Boolean);
}

/** Nothing of the user's has changed, base is one of the two, and its checkout is in step with it. */
function sound(clone: Clone, old: string): void {
  expect(clone.git('status', '--porcelain', '--ignored')).toBe(
    'M  src/a.txt\n M src/b.txt\n?? note.txt\n!! ignored.txt',
  );
  expect(['src/a.txt', 'src/b.txt', 'note.txt', 'ignored.txt'].map(clone.read).join('')).toBe(
    'staged\nchanged\nuntracked\nignored\n',
  );
  expect(clone.git('fsck', '--no-dangling')).toBe('');
  expect(leftovers(clone as unknown as Rig)).toEqual([]);
  expect(clone.git('rev-list', 'main').split('\n')).toContain(old);
  expect(clone.sha('refs/kanban/seen')).toBe(clone.sha('main'));
}

for (const [index, how] of (['a merge', 'a fast-forward'] as const).entries())
  describe(`bringing base up by ${how}, killed at every step (I1, I4, I7, I8)`, () => {
    it('recovers, and done again gives the same end', async () => {
      const template = templates[index]!;
      const old = template.sha('main');
      const whole = await copyOf(template);
      const steps = run(whole, 'integrate', -1);
      expect(steps).toEqual(['checked', 'commit', 'journal', 'pinned', 'go', 'ahead', 'merged', 'ended']);
      sound(whole, old);
      const end = whole.sha('main^{tree}');
      for (let at = 0; at < steps.length; at++) {
        const clone = await copyOf(template);
        expect(run(clone, 'integrate', at).at(-1)).toBe(steps[at]);
        const events = await recover(clone.repo);
        expect(events.filter(({ type }) => type === 'blocked' || type === 'file-kept')).toEqual([]);
        sound(clone, old);
        if (clone.sha('main') === old) run(clone, 'integrate', -1);
        expect([steps[at], clone.sha('main^{tree}')]).toEqual([steps[at], end]);
        sound(clone, old);
      }
    });

    it('the next one recovers by itself; a kill in the recovery does no harm', async () => {
      const template = templates[index]!;
      const old = template.sha('main');
      const steps = ['checked', 'commit', 'journal', 'pinned', 'go', 'ahead', 'merged', 'ended'];
      for (let at = 0; at < steps.length; at++) {
        const clone = await copyOf(template);
        run(clone, 'integrate', at);
        for (let again = 0; run(clone, 'recover', again).length > again; again++);
        const { result } = await bringUp(clone);
        expect([steps[at], result]).toEqual([steps[at], expect.stringMatching(/^(done|nothing)$/)]);
        sound(clone, old);
        expect(clone.git('merge-base', '--is-ancestor', 'origin/main', 'main')).toBe('');
      }
    });

    it('keeps what the user typed between kill and recovery', async () => {
      const template = templates[index]!;
      for (let at = 0; at < 7; at++) {
        const clone = await copyOf(template);
        run(clone, 'integrate', at);
        appendFileSync(join(clone.root, 'board/TODO.md'), '\n## T-?: Typed after the kill\n');
        const typed = clone.read('board/TODO.md');
        await recover(clone.repo);
        expect([at, clone.read('board/TODO.md')]).toEqual([at, typed]);
        expect(leftovers(clone as unknown as Rig)).toEqual([]);
        expect(clone.git('diff', '--cached', '--name-only')).toBe('src/a.txt');
      }
    });
  });
