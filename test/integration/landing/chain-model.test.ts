import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { precheck } from '../../../src/landing/merge-onto.ts';
import { idsOf, land, landingsSince, makeChainRig, makeTasks } from './chain-rig.ts';
import { expectLandings } from './expect-landings.ts';
import { everythingOf } from './person.ts';
import { Dice } from './random-histories.ts';
import { leftovers, lines, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

type Files = Record<string, string | null>;

/** A branch as agents make them: some lines of some files, a new file, now and then a removed or renamed one. */
function randomTask(dice: Dice, id: string): Files {
  const files: Files = { [`code/${dice.once(8) ? 'shared' : id}.txt`]: `${id}\n` };
  const edits = 1 + dice.below(2);
  for (let i = 0; i < edits; i++) {
    const file = dice.below(5);
    const path = `src/f${file}.txt`;
    const text = lines(`f${file}`).replace(`line ${dice.below(20)}\n`, `by ${id}\n`);
    const deed = dice.below(10);
    if (deed === 0) files[path] = null;
    else if (deed === 1) Object.assign(files, { [path]: null, [`moved/f${file}.txt`]: text });
    else files[path] = text;
  }
  return files;
}

/** What the user would do, one after the other, in a clone: `git merge --no-ff`, and abort where it conflicts. */
function mergeOneByOne(ids: readonly string[]): { readonly merged: string[]; readonly trees: string[] } {
  const clone = mkdtempSync(join(tmpdir(), 'kanban-oracle-'));
  rig.git('clone', '-q', '--shared', rig.root, clone);
  const git = (...args: string[]) => rig.gitIn(clone, '-c', 'user.name=O', '-c', 'user.email=o@example.com', ...args);
  const [merged, trees]: [string[], string[]] = [[], []];
  for (const id of ids) {
    try {
      git('merge', '-q', '--no-ff', '-m', id, `origin/${id}`);
    } catch {
      git('merge', '--abort');
      continue;
    }
    merged.push(id);
    trees.push(git('ls-tree', '-r', 'HEAD'));
  }
  rmSync(clone, { recursive: true, force: true });
  return { merged, trees: trees.map(withoutOwn) };
}

const withoutOwn = (listing: string): string =>
  listing
    .split('\n')
    .filter((line) => !/\t(board\/|CHANGELOG\.md$)/.test(line))
    .join('\n');

describe('random boards against merging one by one by hand (I4, I5, I7)', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('board %i', async (seed) => {
    const dice = new Dice(seed);
    const ids = idsOf(1 + dice.below(20));
    rig = await makeChainRig(ids.length);
    makeTasks(rig, Object.fromEntries(ids.map((id) => [id, randomTask(dice, id)])));
    const old = rig.sha('main');
    const oracle = mergeOneByOne(ids);

    const tips = ids.map((id) => rig.sha(id));
    const own = { board: 'board', changelog: 'CHANGELOG.md' };
    const checked = await precheck(rig.repo, old, tips, own);
    expect(checked.every(({ clean }) => clean)).toBe(true);

    // Somebody is at work on a file of the board's last task, and on one that no task touches.
    rig.write('note.txt', 'mine\n');
    rig.write(`code/${ids.at(-1)}.txt`, 'mine\n');
    const before = everythingOf(rig);
    const { chain, landed } = await land(rig, ids);
    expect(chain.landings.map(({ id }) => id)).toEqual(oracle.merged);
    expect(chain.left.map(({ id }) => id)).toEqual(ids.filter((id) => !oracle.merged.includes(id)));
    for (const { conflict } of chain.left) expect(conflict).not.toEqual([]);
    const inTheWay = chain.landings.some(({ changes }) =>
      changes.some(({ path }) => path === `code/${ids.at(-1)}.txt`),
    );
    expect(landed.ok).toBe(!inTheWay);
    if (inTheWay) expect(everythingOf(rig)).toEqual(before);

    rmSync(join(rig.root, `code/${ids.at(-1)}.txt`));
    if (inTheWay) expect((await land(rig, ids)).landed).toMatchObject({ ok: true, audit: [] });
    else rig.git('checkout', '-q', '--', '.');
    expectLandings(rig, old, oracle.merged);
    expect(landingsSince(rig, old).map((sha) => withoutOwn(rig.git('ls-tree', '-r', sha)))).toEqual(oracle.trees);
    expect(rig.git('status', '--porcelain')).toBe('?? note.txt');
    expect(leftovers(rig)).toEqual([]);

    // What was left out conflicts with base now, and is told apart from what does not.
    const left = chain.left.map(({ id }) => rig.sha(id));
    const again = await precheck(rig.repo, rig.sha('main'), left, own);
    expect(again.map(({ clean }) => clean)).toEqual(
      left.map((tip) => {
        try {
          rig.git('merge-tree', '--write-tree', 'main', tip);
          return true;
        } catch {
          return false;
        }
      }),
    );
  });
});
