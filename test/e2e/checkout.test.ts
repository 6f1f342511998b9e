import { rmSync, statSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { openCommit } from '../integration/landing/person.ts';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';
import { Person } from './rig/person.ts';
import { until } from './rig/until.ts';

/** T-1 waits at `there` in its task run, before it commits. */
const WAITING = 'pause there; save "$KANBAN_TASK.txt" work; commit; report done';

const FILES = {
  'mine.txt': 'one\n',
  'staged.txt': 'one\n',
  'shared.txt': 'one\n',
  '.gitignore': '.kanban/\n.worktrees/\n*.log\n',
};

/** Everything of the user's in the checkout: staged, changed, untracked, ignored. */
function ownWork(kanban: Kanban): Record<string, string> {
  return {
    status: kanban.git('status', '--porcelain', '--', '.', ':!board'),
    staged: kanban.git('diff', '--cached', '--', '.', ':!board'),
    changed: kanban.git('diff', '--', '.', ':!board'),
    untracked: kanban.read('untracked.txt'),
    ignored: kanban.read('ignored.log'),
    stash: kanban.git('stash', 'list'),
  };
}

describe('the checkout of the user is sacred (I7)', () => {
  it.concurrent('no byte of theirs changes: staged, unstaged, untracked, ignored, stashed', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n', files: FILES });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.write('mine.txt', 'stashed\n');
    kanban.git('stash', '-q', '--', 'mine.txt');
    kanban.write('mine.txt', 'one\ntwo\n');
    kanban.write('staged.txt', 'staged\n');
    kanban.git('add', 'staged.txt');
    kanban.write('staged.txt', 'staged, then changed\n');
    kanban.write('untracked.txt', 'untracked\n');
    kanban.write('ignored.log', 'ignored\n');
    const before = ownWork(kanban);
    kanban.go('there');
    await coordinator.landed('T-1');
    await coordinator.landed('T-2');
    expect(ownWork(kanban)).toEqual(before);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(ownWork(kanban)).toEqual(before);
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2']);
    await kanban.expectQuiet();
  });

  it.concurrent('a landing that would touch a changed file is held with the file named, all else continues, and it lands once that is committed', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n', files: FILES });
    kanban.plan('T-1.task', 'pause there; save shared.txt work; commit; report done');
    kanban.plan(
      'T-1.tester.2',
      'git merge -q main || { printf "one\\nmine\\nwork\\n" > shared.txt; git add -A; git commit -q --no-edit; }; report passed',
    );
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.write('shared.txt', 'one\nmine\n');
    const time = statSync(kanban.path('shared.txt')).mtimeMs;
    kanban.go('there');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('you have changed shared.txt') === true);
    await coordinator.landed('T-2');
    expect(kanban.read('shared.txt')).toBe('one\nmine\n');
    expect(statSync(kanban.path('shared.txt')).mtimeMs).toBe(time);
    kanban.git('commit', '-q', '-m', 'mine', '--', 'shared.txt');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2']);
    expect(kanban.read('shared.txt')).toBe('one\nmine\nwork\n');
  });

  it.concurrent('an untracked file in the way of a landing holds it; --until-done ends with 4 and names it', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.write('T-1.txt', 'theirs\n');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    expect(err).toContain('T-1.txt');
    expect(kanban.read('T-1.txt')).toBe('theirs\n');
    expect(kanban.landings()).toEqual([]);
    await kanban.expectQuiet();
  });
});

describe('files that both write', () => {
  it.concurrent('CHANGELOG.md with their own uncommitted words holds a landing by name, until they commit', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.write(
      'CHANGELOG.md',
      kanban.read('CHANGELOG.md').replace('## [Unreleased]\n', '## [Unreleased]\n\n### Fixed\n\n- My own line\n'),
    );
    kanban.go('there');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('you have changed CHANGELOG.md') === true);
    kanban.git('commit', '-qam', 'mine');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.read('CHANGELOG.md')).toMatch(/- My own line\n[^]*- One \(T-1\)|- One \(T-1\)\n[^]*- My own line/);
  });

  it.concurrent('a board edit that they have staged is neither lost nor unstaged; moves of that file wait or take it in (I1, I7)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n' });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    await new Person(kanban, 'plain').edit(
      'TODO',
      (text) => `${text.replace('[PAUSED] ', '')}\n## [PAUSED] T-3: Three\n`,
    );
    await until(() => tries(() => kanban.git('add', 'board/TODO.md')), 'git add');
    kanban.go('there');
    await coordinator.landed('T-1');
    await until(
      () =>
        tries(() => kanban.git('commit', '-qm', 'my board')) ||
        kanban.git('status', '--porcelain', '--', 'board') === '',
      () => coordinator.story(),
    );
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectQuiet();
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-3: Three']);
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2']);
  });

  it.concurrent('a stash of board edits and its return are read as what they are: edits undone and done again', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n' });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    const person = new Person(kanban, 'plain');
    await person.edit('TODO', (text) => `${text}\n## [PAUSED] T-3: Three\n`);
    const isSeen = (): boolean =>
      kanban
        .json<{ readonly entries: readonly { readonly id: string | null }[] }>('status')
        .entries.some(({ id }) => id === 'T-3');
    await until(isSeen, 'the coordinator sees the new entry');
    await person.read('TODO');
    await until(() => tries(() => kanban.git('stash', '-q')), 'git stash');
    await until(() => !isSeen(), 'the coordinator sees that it is gone');
    kanban.go('there');
    await coordinator.landed('T-1');
    await until(() => tries(() => kanban.git('stash', 'pop', '-q')), 'git stash pop');
    // An entry that comes back and is freed in one save would be paused: its text may be of an old buffer.
    await until(isSeen, 'the coordinator sees the returned entry');
    await person.read('TODO');
    await person.edit('TODO', (text) => text.replaceAll('[PAUSED] ', ''));
    await coordinator.landed('T-2');
    await coordinator.landed('T-3');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
  });
});

describe('the user uses git while entries are worked (I1, I4)', () => {
  it.concurrent("switches to another branch: moves and landings continue, and what is on disk there is no wish of anybody's", async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n' });
    kanban.git('branch', 'other');
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.git('switch', '-q', 'other');
    kanban.write('board/TODO.md', '# TODO\n');
    kanban.write('mine.txt', 'mine\n');
    kanban.go('there');
    await coordinator.landed('T-1');
    await coordinator.landed('T-2');
    expect(kanban.read('board/TODO.md')).toBe('# TODO\n');
    expect(kanban.read('mine.txt')).toBe('mine\n');
    expect(kanban.git('rev-parse', 'HEAD')).toBe(kanban.git('rev-parse', 'other'));
    kanban.git('checkout', '-q', '--', 'board');
    kanban.git('switch', '-q', 'main');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    kanban.git('branch', '-D', 'other', '-q');
    expect(kanban.read('mine.txt')).toBe('mine\n');
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2']);
    expect(kanban.git('status', '--porcelain')).toBe('?? mine.txt');
    await kanban.expectQuiet();
  });

  it.concurrent('switches to and fro, where an older board stands: nobody takes what git writes on the way for a wish (I1)', async ({
    made,
  }) => {
    const kanban = made({
      todo: '## T-1: One\n',
      files: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many/${n}.txt`, `${n}\n`])),
    });
    kanban.git('switch', '-q', '-c', 'other');
    for (let n = 0; n < 300; n++) kanban.write(`many/${n}.txt`, `other ${n}\n`);
    kanban.git('commit', '-qam', 'other');
    kanban.git('switch', '-q', 'main');
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    for (let n = 0; n < 12; n++) {
      kanban.git('switch', '-q', 'other');
      kanban.git('switch', '-q', 'main');
    }
    kanban.go('there');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(coordinator.all('run-stopped'), coordinator.story()).toEqual([]);
    expect(coordinator.all('board-edited')).toEqual([]);
    expect(kanban.times('T-1', 'task')).toBe(1);
    kanban.git('branch', '-qD', 'other');
    await kanban.expectDone(['T-1']);
  });

  it.concurrent('has git at work for long on the files of the checkout: what it writes on the way is not acted on (I1)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task', WAITING);
    const before = kanban.column('TODO');
    const coordinator = kanban.start();
    await kanban.at('there');
    const [todo, inProgress] = [kanban.column('TODO'), kanban.column('IN_PROGRESS')];
    kanban.write('.git/index.lock', '');
    kanban.write('board/TODO.md', before);
    kanban.write('board/IN_PROGRESS.md', '# IN_PROGRESS\n');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('index.lock') === true);
    kanban.write('board/IN_PROGRESS.md', inProgress);
    kanban.write('board/TODO.md', todo);
    rmSync(kanban.path('.git/index.lock'));
    kanban.go('there');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(coordinator.all('run-stopped'), coordinator.story()).toEqual([]);
    expect(kanban.times('T-1', 'task')).toBe(1);
    await kanban.expectDone(['T-1']);
  });

  it.concurrent('commits a board edit and other files by themselves', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n', files: FILES });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    await new Person(kanban, 'plain').edit('TODO', (text) => `${text}\n## T-2: Two\n`);
    kanban.write('mine.txt', 'two\n');
    // The coordinator may hold the index for a moment: the user tries again.
    await until(
      () =>
        tries(() => kanban.git('commit', '-qam', 'my own commit')) ||
        kanban.git('log', '--format=%s').includes('my own commit'),
      'the commit',
    );
    kanban.go('there');
    await coordinator.landed('T-1');
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2']);
    expect(kanban.subjects()).toContain('my own commit');
    expect(kanban.git('show', 'main:mine.txt')).toBe('two');
  });

  it.concurrent('amends and rebases base: nothing counts as vanished, the run continues, the entry lands', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n', files: FILES });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.write('mine.txt', 'amended\n');
    kanban.git('add', 'mine.txt');
    kanban.git('commit', '-q', '--amend', '--no-edit');
    await coordinator.event('notice', ({ message }) => message.includes('was rewritten'));
    kanban.git('rebase', '-q', '--force-rebase', 'HEAD~1');
    kanban.go('there');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.times('T-1', 'task')).toBe(1);
    expect(kanban.read('mine.txt')).toBe('amended\n');
  });

  it.concurrent('resets base behind a move and a landing: the board is taken as it stands, the missing landing is named', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n' });
    kanban.plan('T-2.task', 'pause there; save two.txt two; commit; report done');
    const coordinator = kanban.start();
    const { commit } = await coordinator.landed('T-1');
    await kanban.at('there');
    kanban.git('reset', '-q', '--hard', `${commit}^1`);
    await coordinator.event(
      'problem-found',
      ({ problem }) => problem.code === 'landing-missing' && problem.message.includes('T-1'),
    );
    expect(kanban.git('cat-file', '-t', commit)).toBe('commit');
    kanban.go('there');
    coordinator.signal('SIGTERM');
    await coordinator.ended;
    await kanban.expectQuiet();
    expect(kanban.git('log', '--all', '--format=%H', '--', 'T-1.txt')).not.toBe('');
  });

  it.concurrent('has a merge of base open: base is not moved, the run continues, all continues once it is over', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n', files: FILES });
    kanban.git('switch', '-q', '-c', 'side');
    kanban.write('mine.txt', 'side\n');
    kanban.git('commit', '-qam', 'side');
    kanban.git('switch', '-q', 'main');
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.git('merge', '-q', '--no-ff', '--no-commit', 'side');
    const before = kanban.git('rev-parse', 'main');
    kanban.go('there');
    await coordinator.event('run-ended');
    await coordinator.event(
      'hold-changed',
      ({ what, why }) => what === 'everything' && why?.includes('merge') === true,
    );
    expect(kanban.git('rev-parse', 'main')).toBe(before);
    kanban.git('commit', '-q', '--no-edit');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    kanban.git('branch', '-qd', 'side');
    await kanban.expectDone(['T-1']);
    expect(kanban.read('mine.txt')).toBe('side\n');
  });

  it.concurrent('writes the message of a commit: base is not moved, the commit succeeds, all continues after it', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n', files: FILES });
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.write('staged.txt', 'mine\n');
    kanban.git('add', 'staged.txt');
    const commit = await openCommit(kanban);
    const before = kanban.git('rev-parse', 'main');
    await kanban.shows('status', 'a git commit in');
    kanban.go('there');
    await coordinator.event('run-ended');
    await coordinator.event(
      'hold-changed',
      ({ what, why }) => what === 'everything' && why?.includes('a git commit in') === true,
    );
    expect(kanban.git('rev-parse', 'main')).toBe(before);
    expect(await commit.close()).toMatchObject({ code: 0 });
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.git('log', '--first-parent', '--format=%s', `${before}..main`)).toMatch(/by hand$/);
    expect(kanban.read('staged.txt')).toBe('mine\n');
  });

  it.concurrent('commits in a loop of their own meanwhile: every commit of theirs stays, every entry lands once', async ({
    made,
  }) => {
    const ids = ['T-1', 'T-2', 'T-3', 'T-4'];
    const kanban = made({ todo: ids.map((id) => `## ${id}: Entry\n\n`).join(''), settings: 'capacity: 2\n' });
    const coordinator = kanban.start('--until-done');
    await coordinator.event('entry-moved');
    let over = false;
    void coordinator.ended.then(() => (over = true));
    let count = 0;
    let looks = 0;
    await until(
      () => {
        // Every 200 ms or so: one who holds the index all the time holds up everything, and rightly.
        if (looks++ % 8 !== 0) return over;
        kanban.write(`own-${count}.txt`, 'own\n');
        if (
          tries(() => kanban.git('add', `own-${count}.txt`)) &&
          tries(() => kanban.git('commit', '-q', '-m', `own ${count}`, '--', `own-${count}.txt`))
        )
          count++;
        return over;
      },
      () => coordinator.story(),
    );
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    kanban.git('add', '-A');
    if (kanban.git('status', '--porcelain') !== '') kanban.git('commit', '-qm', 'own last');
    await kanban.expectDone(ids);
    const subjects = kanban.subjects();
    for (let n = 0; n < count; n++) expect(subjects.filter((subject) => subject === `own ${n}`)).toHaveLength(1);
    expect(count).toBeGreaterThan(0);
  });
});

function tries(what: () => void): boolean {
  try {
    what();
    return true;
  } catch {
    return false;
  }
}
