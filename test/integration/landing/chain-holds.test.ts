import type { HoldReason } from '../../../src/contract/hold.ts';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { F0_LANDED, idsOf, land, makeFourTasks } from './chain-rig.ts';
import { expectLandings } from './expect-landings.ts';
import { everythingOf, openCommit } from './person.ts';
import { copyRig, leftovers, lines, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const IDS = idsOf(4);
let template: Rig;

beforeAll(async () => {
  template = await makeFourTasks();
});

async function start(): Promise<void> {
  rig = await copyRig(template);
}

const git = (...args: string[]) => rig.git(...args);
const write = (path: string, text: string) => rig.write(path, text);
const remove = (path: string) => rmSync(join(rig.root, path), { recursive: true, force: true });
const exclude = (...patterns: string[]) =>
  writeFileSync(join(rig.root, '.git/info/exclude'), `${patterns.join('\n')}\n`);
const attempt = (...args: string[]) => {
  try {
    git(...args);
  } catch {
    // It stops at a conflict, as it is meant to.
  }
};

interface Row {
  readonly name: string;
  readonly arrange: () => void;
  /** Parts of the sentence. */
  readonly held: readonly string[];
  /** What frees the way, without a commit on base. */
  readonly free: () => void;
}

const byName = <T extends { readonly name: string }>(rows: readonly T[]) => rows.map((row) => [row.name, row] as const);

const back = (...paths: string[]) => git('checkout', '-q', 'HEAD', '--', ...paths);

const FILES: readonly Row[] = [
  {
    name: 'F1 dirty',
    arrange: () => write('src/f0.txt', 'mine\n'),
    held: ['you have changed src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 dirty, just as it lands',
    arrange: () => write('src/f0.txt', F0_LANDED),
    held: ['you have changed src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 staged',
    arrange: () => {
      write('src/f0.txt', 'mine\n');
      git('add', '.');
    },
    held: ['you have staged src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 staged, just as it lands',
    arrange: () => {
      write('src/f0.txt', F0_LANDED);
      git('add', '.');
    },
    held: ['you have staged src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 staged and changed back on disk',
    arrange: () => {
      write('src/f0.txt', 'mine\n');
      git('add', '.');
      write('src/f0.txt', lines('f0'));
    },
    held: ['you have staged src/f0.txt'],
    free: () => git('reset', '-q'),
  },
  {
    name: 'F1 deleted in the worktree',
    arrange: () => remove('src/f0.txt'),
    held: ['you have deleted src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 deleted and staged',
    arrange: () => git('rm', '-q', 'src/f0.txt'),
    held: ['src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 a symlink now',
    arrange: () => {
      remove('src/f0.txt');
      symlinkSync('f1.txt', join(rig.root, 'src/f0.txt'));
    },
    held: ['src/f0.txt'],
    free: () => back('src/f0.txt'),
  },
  {
    name: 'F1 a folder now',
    arrange: () => {
      remove('src/f0.txt');
      write('src/f0.txt/mine', 'mine\n');
    },
    held: ['src/f0.txt'],
    free: () => {
      remove('src/f0.txt');
      back('src/f0.txt');
    },
  },
  {
    name: 'a mode changed of a file whose mode lands',
    arrange: () => chmodSync(join(rig.root, 'src/f3.txt'), 0o755),
    held: ['you have changed src/f3.txt'],
    free: () => chmodSync(join(rig.root, 'src/f3.txt'), 0o644),
  },
  {
    name: 'a file dirty that goes',
    arrange: () => write('src/f4.txt', 'mine\n'),
    held: ['you have changed src/f4.txt'],
    free: () => back('src/f4.txt'),
  },
  {
    name: 'N1 untracked',
    arrange: () => write('code/n2.txt', 'mine\n'),
    held: ['files that git does not track are in the way: code/n2.txt'],
    free: () => remove('code'),
  },
  {
    name: 'N1 untracked, just as it lands',
    arrange: () => write('code/n2.txt', 'n2\n'),
    held: ['code/n2.txt'],
    free: () => remove('code'),
  },
  {
    name: 'N1 staged',
    arrange: () => {
      write('code/n1.txt', 'mine\n');
      git('add', '.');
    },
    held: ['you have staged code/n1.txt'],
    free: () => git('rm', '-qf', 'code/n1.txt'),
  },
  {
    name: 'N1 ignored',
    arrange: () => {
      exclude('n2.txt');
      write('code/n2.txt', 'mine\n');
    },
    held: ['code/n2.txt'],
    free: () => remove('code'),
  },
  {
    name: 'N1 in an ignored folder',
    arrange: () => {
      exclude('code/');
      write('code/n1.txt', 'mine\n');
    },
    held: ['code/n1.txt'],
    free: () => remove('code'),
  },
  { name: "N1's folder a file", arrange: () => write('code', 'mine\n'), held: ['code'], free: () => remove('code') },
  {
    name: "N1's folder an ignored file",
    arrange: () => {
      exclude('code');
      write('code', 'mine\n');
    },
    held: ['code'],
    free: () => remove('code'),
  },
  {
    name: "N1's folder a symlink",
    arrange: () => {
      mkdirSync(join(rig.root, '../elsewhere'));
      symlinkSync('../elsewhere', join(rig.root, 'code'));
    },
    held: ['code'],
    free: () => remove('code'),
  },
  {
    name: 'N1 an untracked folder with content',
    arrange: () => write('out/a/mine', 'mine\n'),
    held: ['out'],
    free: () => remove('out'),
  },
  {
    name: 'N1 an ignored folder with content',
    arrange: () => {
      exclude('out/');
      write('out/a/mine', 'mine\n');
    },
    held: ['out'],
    free: () => remove('out'),
  },
  {
    name: 'several files of several tasks',
    arrange: () => {
      write('src/f0.txt', 'mine\n');
      write('code/n2.txt', 'mine\n');
      write('out', 'mine\n');
    },
    held: ['you have changed src/f0.txt', 'files that git does not track are in the way: code/n2.txt, out'],
    free: () => {
      back('src/f0.txt');
      remove('code');
      remove('out');
    },
  },
];

/** Two commits that conflict with each other, on branches beside base. */
function rivals(): void {
  for (const name of ['one', 'two']) {
    git('switch', '-qc', name, 'main');
    write('src/f2.txt', `${name}\n`);
    git('commit', '-qam', name);
  }
  git('switch', '-q', 'main');
}

const OPERATIONS: readonly Row[] = [
  {
    name: 'a merge',
    arrange: () => {
      rivals();
      git('merge', '-q', '--no-ff', '--no-commit', 'one');
    },
    held: ['a merge is open', 'finish or abort it'],
    free: () => git('merge', '--abort'),
  },
  {
    name: 'a merge with a conflict',
    arrange: () => {
      rivals();
      write('src/f2.txt', 'base\n');
      git('commit', '-qam', 'base');
      attempt('merge', '-q', 'one');
    },
    held: ['a merge is open'],
    free: () => git('merge', '--abort'),
  },
  ...['--merge', '--apply'].map((how): Row => ({
    name: `a rebase of base (${how})`,
    arrange: () => {
      rivals();
      write('src/f2.txt', 'base\n');
      git('commit', '-qam', 'base');
      attempt('rebase', '-q', how, 'one');
    },
    held: ['a rebase is open'],
    free: () => git('rebase', '--abort'),
  })),
  {
    name: 'a cherry-pick',
    arrange: () => {
      rivals();
      write('src/f2.txt', 'base\n');
      git('commit', '-qam', 'base');
      attempt('cherry-pick', 'one');
    },
    held: ['a cherry-pick is open'],
    free: () => git('cherry-pick', '--abort'),
  },
  {
    name: 'a revert',
    arrange: () => {
      for (const text of ['base\n', 'more\n']) {
        write('src/f2.txt', text);
        git('commit', '-qam', 'base');
      }
      attempt('revert', '--no-edit', 'HEAD^');
    },
    held: ['a revert is open'],
    free: () => git('revert', '--abort'),
  },
  {
    name: 'a bisect of base',
    arrange: () => {
      for (const text of ['1', '2', '3']) git('commit', '-q', '--allow-empty', '-m', text);
      git('bisect', 'start', 'main', 'main~3');
    },
    held: ['a bisect is open'],
    free: () => git('bisect', 'reset'),
  },
  {
    name: 'index.lock',
    arrange: () => write('.git/index.lock', 'theirs'),
    held: ['another git process', 'index.lock'],
    free: () => remove('.git/index.lock'),
  },
];

describe.each([
  ['files of the user', FILES],
  ['what the user has open', OPERATIONS],
])('a chain waits for %s, and nothing of theirs changes (I7)', (_, rows) => {
  it.each(byName(rows))('%s', async (_, { arrange, held, free }) => {
    await start();
    arrange();
    const [before, old] = [everythingOf(rig), rig.sha('main')];
    const { landed } = await land(rig, IDS);
    expect(landed).toMatchObject({ ok: false, held: expect.stringContaining(held[0] ?? '') });
    expect(landed).toMatchObject({ reason: { code: codeOf(held[0] ?? '') } });
    for (const part of held) expect(landed).toMatchObject({ held: expect.stringContaining(part) });
    expect('held' in landed && landed.held).not.toContain('\n');
    expect(everythingOf(rig)).toEqual(before);
    expect(leftovers(rig).filter((path) => path !== '/.git/index.lock')).toEqual([]);
    free();
    expect(rig.sha('main')).toBe(old);
    expect((await land(rig, IDS)).landed).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
    expectLandings(rig, old, IDS);
    expect(rig.git('reflog', '-2', '--format=%H', 'main').split('\n')[0]).toBe(rig.sha('main'));
    expect(rig.git('rev-parse', 'main@{1}')).toBe(old);
    expect(rig.git('status', '--porcelain')).toBe('');
    expect(leftovers(rig)).toEqual([]);
  });
});

/** A merge that is open is none of the reasons that something depends on. */
const codeOf = (part: string): HoldReason['code'] =>
  part.startsWith('another git process') ? 'git-locked' : part.endsWith('is open') ? 'other' : 'files-in-the-way';

describe('a chain lands beside what the user has (I7)', () => {
  const lands = async (arrange: () => void, base = 'main') => {
    await start();
    arrange();
    const [before, old] = [rig.git('status', '--porcelain', '--ignored', '-uall'), rig.sha(base)];
    expect((await land(rig, IDS)).landed).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
    expectLandings(rig, old, IDS);
    expect(rig.git('status', '--porcelain', '--ignored', '-uall')).toBe(before);
    expect(leftovers(rig)).toEqual([]);
  };

  it('dirty, staged, deleted, untracked and ignored elsewhere', async () => {
    await lands(() => {
      write('src/f1.txt', 'staged\n');
      git('add', '.');
      write('src/f1.txt', 'and changed\n');
      git('rm', '-q', '--cached', 'src/f2.txt');
      remove('CHANGELOG.txt');
      write('code/mine.txt', 'mine\n');
      write('ignored.txt', 'mine\n');
      exclude('secret/');
      write('secret/key', 'mine\n');
    });
    expect(git('show', ':src/f1.txt')).toBe('staged');
    expect([rig.read('src/f1.txt'), rig.read('src/f2.txt')]).toEqual(['and changed\n', lines('f2')]);
    expect([rig.read('code/mine.txt'), rig.read('ignored.txt'), rig.read('secret/key')]).toEqual(
      Array(3).fill('mine\n'),
    );
  });

  it.each([
    ['on another branch', () => git('switch', '-qc', 'mine')],
    ['detached', () => git('switch', '-q', '--detach')],
    [
      'on another branch, with a merge open',
      () => {
        rivals();
        git('switch', '-q', 'one');
        attempt('merge', '-q', 'two');
      },
    ],
    [
      'in a rebase of another branch',
      () => {
        rivals();
        git('switch', '-q', 'one');
        attempt('rebase', '-q', 'two');
      },
    ],
  ])('%s: base moves alone', async (_, arrange) => {
    await start();
    arrange();
    write('code/n1.txt', 'mine\n');
    write('src/f0.txt', 'mine\n');
    const theirs = everythingOf(rig) as { branches: string };
    const old = rig.sha('main');
    expect((await land(rig, IDS)).landed).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
    expectLandings(rig, old, IDS);
    expect(everythingOf(rig)).toEqual({
      ...theirs,
      branches: theirs.branches.replace(`main ${old}`, `main ${rig.sha('main')}`),
    });
  });
});

describe("a chain and the user's editor (I7)", () => {
  it('git commit -a with the editor open: waits, their commit succeeds, then all lands on top', async () => {
    await start();
    write('src/f1.txt', 'mine\n');
    const commit = await openCommit(rig, '-a');
    const before = everythingOf(rig);
    expect((await land(rig, IDS)).landed).toMatchObject({ held: expect.stringContaining('another git process') });
    expect(everythingOf(rig)).toEqual(before);
    expect(await commit.close()).toMatchObject({ code: 0 });
    const old = rig.sha('main');
    expect(rig.git('show', '-s', '--format=%s', old)).toBe('by hand');
    expect((await land(rig, IDS)).landed).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, IDS);
    expect(rig.read('src/f1.txt')).toBe('mine\n');
  });

  it('plain git commit holds no lock: all lands, their commit says so and loses nothing', async () => {
    await start();
    write('src/f1.txt', 'mine\n');
    git('add', '.');
    const commit = await openCommit(rig);
    const old = rig.sha('main');
    expect((await land(rig, IDS)).landed).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, IDS);
    expect(await commit.close()).toMatchObject({
      code: 128,
      stderr: expect.stringContaining("cannot lock ref 'HEAD'"),
    });
    expect(rig.git('status', '--porcelain')).toBe('M  src/f1.txt');
    expect(rig.read('.git/COMMIT_EDITMSG')).toBe('by hand\n');
    rig.git('commit', '-qF', '.git/COMMIT_EDITMSG');
    expect(rig.git('diff', '--name-only', 'HEAD^')).toBe('src/f1.txt');
  });
});
