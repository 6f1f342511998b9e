import { describe, expect, it } from 'vitest';
import { COLUMNS } from '../../../src/board/entry.ts';
import { createSectionMemo, parseBoard } from '../../../src/board/parse.ts';
import { detailsOf, linksReader } from '../../../src/coordinator/publish/entry-details.ts';
import { HistoryFold } from '../../../src/pipeline/history.ts';
import { facts, world } from '../pipeline/build-world.ts';

const TODO = `# TODO

## T-1: One

- depends: T-2, T-3, T-4, T-5, T-9
- files: src/**, docs/*.md
- priority: high
- agent: codex
- estimate: 2h
- feedback: the test failed

Two steps:

- [x] first
- [ ] second

## T-2: Two

# Later

## T-3: Three

# Proposed (T-50)

## T-6: Six
`;

/** A commit of base, at a second. */
const move = (second: number, value: string, committerEmail = 'ada@example.com') => ({
  sha: String(second),
  at: second * 1000,
  committerEmail,
  trailers: [{ name: 'Kanban-Move', value }],
});

const board = parseBoard(
  { TODO, IN_PROGRESS: null, REVIEW: null, TESTING: null },
  { ids: ['T'], boardPath: 'board', memo: createSectionMemo() },
);
const history = new HistoryFold();
for (const commit of [
  move(1, 'T-4 TESTING -> CHANGELOG'),
  move(1, 'T-1 TODO -> IN_PROGRESS'),
  move(2, 'T-5 TODO -> ABANDONED'),
  move(3, 'T-1 REVIEW -> TODO'),
  move(4, 'T-1 TODO -> TODO'),
  move(5, 'T-1 REVIEW -> TODO', 'run@kanban.invalid'),
])
  history.add(commit);
const entries = COLUMNS.flatMap((column) => board.columns[column].entries);
const links = linksReader(
  world(
    entries.map((entry) => facts(entry)),
    { history },
  ),
);
const tell = (id: string) => {
  const entry = entries.find((one) => one.id === id)!;
  return detailsOf(entry, links(entry));
};

describe('what a snapshot tells of an entry besides its state', () => {
  it('has the state of each entry that it depends on, and its fields', () => {
    expect(tell('T-1')).toEqual({
      depends: [
        { id: 'T-2', state: 'open' },
        { id: 'T-3', state: 'parked' },
        { id: 'T-4', state: 'landed' },
        { id: 'T-5', state: 'abandoned' },
        { id: 'T-9', state: 'unknown' },
      ],
      priority: 1,
      files: ['src/**', 'docs/*.md'],
      agent: 'codex',
      criteria: { done: 1, all: 2 },
      estimate: '2h',
      startedAt: 1_000,
      // An edit in its place and a commit of a run do not count.
      since: 3_000,
      feedback: 'the test failed',
      parked: null,
      was: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('names the heading that an entry is parked under, of several the nearest', () => {
    expect(['T-2', 'T-3', 'T-6'].map((id) => tell(id).parked)).toEqual([null, 'Later', 'Proposed (T-50)']);
    expect(tell('T-2')).toMatchObject({ depends: [], agent: null, since: null, criteria: { done: 0, all: 0 } });
  });
});
