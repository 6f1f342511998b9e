import { describe, expect, it } from 'vitest';
import { HistoryFold } from '../../../../src/pipeline/history.ts';
import { evidence, undoing } from '../../../../src/pipeline/results/outside-commits.ts';
import type { EntryFacts, EndedRun, RunFacts } from '../../../../src/pipeline/world.ts';
import {
  acts,
  branch,
  ended,
  entry,
  facts,
  history,
  moveOf,
  NOW,
  noteOf,
  said,
  outsideCommit,
  types,
  world,
} from '../build-world.ts';

const tested = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));
const escalated = (change: Partial<EntryFacts> = {}): EntryFacts =>
  facts(entry('T-2', 'IN_PROGRESS', { tags: ['ESCALATED'] }), change);
const told = history({ outsideCommits: new Map([['T-2', ['abc', 'def']]]) });

/** A run of T-2 that says `done`, and committed where it has no business. */
function committedOutside(change: Partial<EndedRun['result']> = {}, outsideCommits = [outsideCommit('abc')]): RunFacts {
  const run = ended('T-2', change, said('done'));
  return { ...run, ended: { ...run.ended!, outsideCommits } };
}

describe('landings wait for commits that an agent made outside its branch', () => {
  it('from when the run has ended', () => {
    const of = world([tested, facts(entry('T-2', 'IN_PROGRESS'))], { runs: [committedOutside()] });
    expect(types(of)).toEqual(['move-entry']);
    expect(acts(of)).toMatchObject([{ id: 'T-2', change: { addTags: ['ESCALATED'] } }]);
    expect(noteOf(of, 'T-1')).toMatchObject({ state: 'held', why: expect.stringContaining('kanban show T-2') });
  });

  it('while its entry is escalated for it', () => {
    const of = world([tested, escalated()], { history: told });
    expect(acts(of)).toEqual([]);
    expect(noteOf(of, 'T-1')).toMatchObject({ state: 'held', why: expect.stringContaining('kanban show T-2') });
  });

  it('also while its result waits, since the entry is paused', () => {
    const paused = facts(entry('T-2', 'IN_PROGRESS', { tags: ['PAUSED'] }));
    expect(types(world([tested, paused], { runs: [committedOutside()] }))).toEqual([]);
    expect(types(world([tested, paused], { runs: [committedOutside()], undone: new Set(['abc']) }))).toEqual([
      'land-entries',
    ]);
  });

  it.each<[string, EntryFacts[], string[]]>([
    ['all of them are undone', [escalated()], ['abc', 'def']],
    ['the user freed the entry', [facts(entry('T-2', 'TODO', { parked: true }))], []],
    ['the entry is gone', [], []],
  ])('until %s', (_, others, undone) => {
    expect(types(world([tested, ...others], { history: told, undone: new Set(undone) }))).toEqual(['land-entries']);
  });

  it('not until one of two is undone', () => {
    expect(types(world([tested, escalated()], { history: told, undone: new Set(['def']) }))).toEqual([]);
  });
});

describe('what the trailers of base tell of them', () => {
  const fold = new HistoryFold();
  const add = (...trailers: [string, string][]): void =>
    fold.add({ sha: 'c', at: NOW, committerEmail: '', trailers: trailers.map(([name, value]) => ({ name, value })) });
  const escape = (): void => add(['Kanban-Stray', 'T-2 abc def'], ['Kanban-Escalated', 'T-2 its agent committed']);

  it.each<[string, [string, string]]>([
    ['escalated for something else', ['Kanban-Escalated', 'T-2 something else']],
    ['freed', ['Kanban-Freed', 'T-2 by hand']],
    ['moved to TODO', ['Kanban-Move', 'T-2 IN_PROGRESS -> TODO']],
    ['abandoned', ['Kanban-Move', 'T-2 IN_PROGRESS -> ABANDONED']],
  ])('holds until the entry is %s', (_, trailer) => {
    escape();
    expect([...fold.outsideCommits]).toEqual([['T-2', ['abc', 'def']]]);
    add(['Kanban-Usage', 'T-2 run unknown']);
    expect(fold.outsideCommits.size).toBe(1);
    add(...(trailer[1].includes('ABANDONED') ? [trailer, ['Kanban-Request', 'r1'] as [string, string]] : [trailer]));
    expect(fold.outsideCommits.size).toBe(0);
  });
});

describe('the entry of such an agent', () => {
  it('has the evidence and the command that takes it back in its commit', () => {
    const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts', 'f.ts'];
    const run = committedOutside({}, [
      outsideCommit('0123456789abcdef', { subject: 'a quick fix', files, on: 'feature' }),
    ]);
    const [action] = acts(world([facts(entry('T-2', 'IN_PROGRESS'))], { runs: [run] }));
    expect(action).toMatchObject({
      report: expect.stringMatching(
        /^0123456789 on feature: a quick fix \(a\.ts, b\.ts, c\.ts, d\.ts, e\.ts and 1 more\)$[^]*: git revert 0123456789$/m,
      ),
      trailers: expect.arrayContaining([{ name: 'Kanban-Stray', value: 'T-2 0123456789abcdef' }]),
    });
  });

  it.each(['stopped', 'lost', 'provider', 'timed-out'] as const)(
    'is escalated whatever ended the run (%s)',
    (cause) => {
      expect(
        moveOf(world([facts(entry('T-2', 'IN_PROGRESS'))], { runs: [committedOutside({ cause })] })),
      ).toMatchObject({
        add: ['ESCALATED'],
      });
    },
  );

  it('is escalated where it stands now if it was moved meanwhile; off the board or in TODO the event says it', () => {
    expect(moveOf(world([facts(entry('T-2', 'REVIEW'))], { runs: [committedOutside()] }))).toMatchObject({
      to: 'REVIEW -> REVIEW',
      add: ['ESCALATED'],
    });
    for (const on of [[facts(entry('T-2', 'TODO'))], []])
      expect(acts(world(on, { runs: [committedOutside()] }))).toContainEqual(
        expect.objectContaining({ type: 'put-aside', why: expect.stringMatching(/git revert abc reverts it$/) }),
      );
  });

  it('does not count as merged by hand where the agent merged its branch itself, until the user frees it', () => {
    const merged = { branch: branch({ inBase: true }) };
    const run = committedOutside({}, [outsideCommit('abc', { isMerge: true })]);
    const taken = world([facts(entry('T-2', 'IN_PROGRESS'), merged)], { runs: [run] });
    expect(moveOf(taken)).toMatchObject({ add: ['ESCALATED'] });
    expect(acts(taken)[0]).toMatchObject({ report: expect.stringContaining('kanban rescope T-2') });
    expect(acts(world([escalated(merged)], { history: told }))).toEqual([]);
    expect(types(world([facts(entry('T-2', 'IN_PROGRESS'), merged)]))).toEqual(['close-merged']);
  });
});

describe('words for them', () => {
  it('commits that moved the branch only are taken back by committing the files of the checkout', () => {
    const only = { onlyRef: true, files: ['a.ts', "it's b.ts"] };
    expect(
      undoing([outsideCommit('abc'), outsideCommit('def', only), outsideCommit('012', { ...only, files: ['a.ts'] })]),
    ).toBe(
      "git revert abc && git commit -m 'Revert what an agent committed' -m 'This reverts commit def.' -m 'This reverts commit 012.' -- a.ts 'it'\\''s b.ts'",
    );
  });

  it('a merge is taken back towards its first parent; runs of one kind in one command, newest first', () => {
    const outsideCommits = [
      outsideCommit('a'),
      outsideCommit('b'),
      outsideCommit('c', { isMerge: true }),
      outsideCommit('d'),
    ];
    expect(undoing(outsideCommits)).toBe('git revert a b && git revert -m 1 c && git revert d');
    expect(evidence(outsideCommits, 2)).toEqual(['a on main: escape (a.ts)', 'b on main: escape (a.ts)', 'and 2 more']);
    expect(evidence([outsideCommit('a', { on: '', files: [] })], 1)).toEqual([
      'a on the detached HEAD of your checkout: escape (no files)',
    ]);
  });
});
