import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { F0_LANDED, idsOf, land, landingsSince, makeFourTasks } from './chain-rig.ts';
import { expectLandings } from './expect-landings.ts';
import { copyRig, leftovers, type Rig } from './rig.ts';

let template: Rig;
let rig: Rig;
beforeAll(async () => {
  template = await makeFourTasks();
});
afterEach(() => closeRepository(rig.repo));

const IDS = idsOf(4);
const git = (...args: string[]) => rig.git(...args);
const write = (path: string, text: string) => rig.write(path, text);
const remove = (path: string) => rmSync(join(rig.root, path), { recursive: true, force: true });
const back = (...paths: string[]) => git('checkout', '-q', 'HEAD', '--', ...paths);

describe('a chain and the user in the very moment (I7, I8)', () => {
  const STEPS = ['built', 'checked', 'journal', 'pinned', 'go', 'ahead', 'merged'] as const;
  type StepName = (typeof STEPS)[number];

  interface Act {
    readonly name: string;
    readonly act: () => void;
    /** After it, and whatever came of the landing. */
    readonly kept: () => void;
    readonly free: () => void;
    /** The landing does not stand in its way, nor it in the landing's, from this step on. */
    readonly harmlessFrom?: StepName;
  }
  const COMMITS: readonly Act[] = [
    {
      name: 'commit',
      act: () => git('commit', '-q', '--allow-empty', '-m', 'by hand'),
      kept: () => expect(git('log', '--format=%s', '--first-parent', '-6', 'main').split('\n')).toContain('by hand'),
      free: () => {},
      harmlessFrom: 'merged',
    },
  ];
  const MOVES: readonly Act[] = [
    {
      name: 'switch to a new branch',
      act: () => git('switch', '-qc', 'mine'),
      kept: () => expect(rig.sha('mine')).toBe(rig.sha('main')),
      free: () => git('switch', '-q', 'main'),
    },
    {
      name: 'switch to an older branch',
      act: () => git('switch', '-qC', 'mine', 'main~1'),
      kept: () => expect(rig.sha('mine')).toBe(rig.sha('main~1')),
      free: () => git('switch', '-q', 'main'),
    },
    {
      name: 'detach HEAD',
      act: () => git('switch', '-q', '--detach'),
      kept: () => expect(rig.sha('HEAD')).toBe(rig.sha('main')),
      free: () => git('switch', '-q', 'main'),
    },
  ];
  const SAVES: readonly Act[] = [
    {
      name: 'save F1',
      act: () => write('src/f0.txt', 'mine\n'),
      kept: () => expect(rig.read('src/f0.txt')).toBe('mine\n'),
      free: () => back('src/f0.txt'),
    },
    {
      name: 'save F1 just as it lands',
      act: () => write('src/f0.txt', F0_LANDED),
      kept: () => expect(rig.read('src/f0.txt')).toBe(F0_LANDED),
      free: () => back('src/f0.txt'),
    },
    {
      name: 'make F3 executable, as it lands',
      act: () => chmodSync(join(rig.root, 'src/f3.txt'), 0o755),
      kept: () => expect(rig.git('status', '--porcelain', 'src/f3.txt')).toBe('M src/f3.txt'),
      free: () => chmodSync(join(rig.root, 'src/f3.txt'), 0o644),
    },
    {
      name: 'delete F4, as it lands',
      act: () => git('rm', '-q', 'src/f4.txt'),
      kept: () =>
        expect([existsSync(join(rig.root, 'src/f4.txt')), git('ls-files', 'src/f4.txt')]).toEqual([false, '']),
      free: () => back('src/f4.txt'),
      harmlessFrom: 'checked',
    },
    {
      name: 'save and stage F1',
      act: () => {
        write('src/f0.txt', 'mine\n');
        git('add', '.');
      },
      kept: () => expect([rig.read('src/f0.txt'), git('show', ':src/f0.txt')]).toEqual(['mine\n', 'mine']),
      free: () => back('src/f0.txt'),
    },
    {
      name: 'make N1',
      act: () => write('code/n2.txt', 'mine\n'),
      kept: () => expect(rig.read('code/n2.txt')).toBe('mine\n'),
      free: () => remove('code'),
    },
    {
      name: 'make a folder of N1',
      act: () => write('out/mine', 'mine\n'),
      kept: () => expect(rig.read('out/mine')).toBe('mine\n'),
      free: () => remove('out'),
    },
    {
      name: 'lock the index',
      act: () => write('.git/index.lock', 'theirs'),
      kept: () => expect(rig.read('.git/index.lock')).toBe('theirs'),
      free: () => remove('.git/index.lock'),
    },
  ];

  const race = async ({ name, act, kept, free, harmlessFrom }: Act, at: StepName) => {
    rig = await copyRig(template);
    const harmless = harmlessFrom !== undefined && STEPS.indexOf(at) >= STEPS.indexOf(harmlessFrom);
    const old = rig.sha('main');
    const { landed } = await land(rig, IDS, {
      step: (step) => {
        if (step === at) act();
      },
    });
    kept();
    expect(landed.ok).toBe(harmless);
    // What was written ahead can't be taken back under a lock: the journal stays for the next landing.
    const waits = at === 'ahead' && name === 'lock the index' ? ['/.git/kanban/landing.json'] : [];
    expect(leftovers(rig).filter((path) => path !== '/.git/index.lock' && !path.includes('inflight'))).toEqual(waits);
    if (harmless) return;
    expect(landingsSince(rig, old).length).toBeLessThan(2);
    free();
    if (waits.length > 0) await recover(rig.repo);
    expect(rig.git('status', '--porcelain')).toBe('');
    const now = rig.sha('main');
    expect((await land(rig, IDS)).landed).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, now, IDS);
    expect(await recover(rig.repo)).toEqual([]);
    expect(rig.git('status', '--porcelain')).toBe('');
  };

  const moments = (acts: readonly Act[], steps: readonly StepName[]) =>
    steps.flatMap((at) => acts.map((act) => [at, act.name, act] as const));
  const before = STEPS.slice(0, STEPS.indexOf('ahead'));

  it.each(moments([...MOVES, ...SAVES], before))('at "%s" they: %s', (at, _, act) => race(act, at));
  it.each(moments(COMMITS, [...before, 'merged']))('at "%s" they: %s', (at, _, act) => race(act, at));

  it.each(SAVES.map((act) => [act.name, act] as const))('once board files are written ahead they: %s', (_, act) =>
    race(act, 'ahead'),
  );

  it('a revert that they begin is not landed into', () =>
    race(
      {
        name: 'begin a revert',
        act: () => write('.git/REVERT_HEAD', `${rig.sha('main')}\n`),
        kept: () => expect(existsSync(join(rig.root, '.git/REVERT_HEAD'))).toBe(true),
        free: () => remove('.git/REVERT_HEAD'),
      },
      'pinned',
    ));

  it('I1: a commit of theirs that takes in what was written ahead loses no entry', async () => {
    rig = await copyRig(template);
    const board = rig.read('board/TESTING.md');
    const { landed } = await land(rig, IDS, {
      step: (name) => {
        if (name === 'ahead') git('commit', '-q', '-m', 'by hand');
      },
    });
    expect(landed.ok).toBe(false);
    // To the coordinator this is an edit of the board, which it commits.
    expect(rig.read('board/TESTING.md')).toBe(board);
    expect(git('diff', '--name-only', 'HEAD').split('\n').toSorted()).toEqual(['CHANGELOG.md', 'board/TESTING.md']);
    expect(existsSync(join(rig.root, '.git/kanban/landing.json'))).toBe(false);
  });
});
