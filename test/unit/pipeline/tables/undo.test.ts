import { describe, expect, it } from 'vitest';
import { HistoryFold } from '../../../../src/pipeline/history.ts';
import type { Trailer } from '../../../../src/pipeline/action.ts';
import type { World } from '../../../../src/pipeline/world.ts';
import { acts, branch, entry, facts, history, noteOf, picks, request, run, world } from '../build-world.ts';

const LANDED = new Map([['T-1', 'c0ffee0123456789']]);
const undoing = (change: Partial<World> = {}, id = 'T-1', why = 'it breaks'): World =>
  world(change.entries ?? [], { requests: [request('undo', id, { why })], ...change });
const answerOf = (of: World): string[] =>
  acts(of).flatMap((action) => (action.type === 'answer-request' && !action.reply.ok ? [action.reply.message] : []));

/** What base tells after these commits, each of so many trailers. */
function told(...commits: readonly (readonly [Trailer['name'], string][])[]): HistoryFold {
  const fold = new HistoryFold();
  commits.forEach((trailers, at) =>
    fold.add({
      sha: `c${at}`,
      at,
      committerEmail: 'ada@example.org',
      trailers: trailers.map(([name, value]) => ({ name, value })),
    }),
  );
  return fold;
}
const LANDING: [Trailer['name'], string][] = [
  ['Kanban-Move', 'T-1 TESTING -> CHANGELOG'],
  ['Kanban-Tested', 'T-1 tip1'],
];
const UNDO: [Trailer['name'], string][] = [
  ['Kanban-Move', 'T-1 CHANGELOG -> TODO'],
  ['Kanban-Undone', 'T-1 c0'],
];

describe('kanban undo, asked for', () => {
  it('of a landed entry: its landing is taken back, whatever else is on', () => {
    expect(acts(undoing({ history: history({ landed: LANDED }), stops: ['no disk'] }))).toEqual([
      {
        type: 'undo-entry',
        id: 'T-1',
        landing: 'c0ffee0123456789',
        why: 'it breaks',
        isPaused: true,
        trailers: [
          { name: 'Kanban-By', value: 'T-1 Ada <ada@example.org>' },
          { name: 'Kanban-Reason', value: 'T-1 given' },
        ],
        request: 'r1',
      },
    ]);
  });

  it.each<[string, World, RegExp]>([
    ['never landed', undoing(), /^T-1 has not landed$/],
    ['misspelt', undoing({ history: history({ landed: new Map([['T-21', 'c']]) }) }, 'T-22'), /did you mean T-21\?$/],
    ['still in work', undoing({ entries: [facts(entry('T-1', 'REVIEW'))] }), /^T-1 has not landed: it is in REVIEW$/],
    [
      'on the board again',
      undoing({ entries: [facts(entry('T-1', 'TODO'))], history: history({ landed: LANDED }) }),
      /^T-1 is on the board again, in TODO/,
    ],
    [
      'undone, and in TODO',
      undoing({ entries: [facts(entry('T-1', 'TODO'))], history: told(LANDING, UNDO) }),
      /^T-1 was undone already \(c1\): it is in TODO$/,
    ],
    ['undone, and deleted since', undoing({ history: told(LANDING, UNDO) }), /^T-1 was undone already \(c1\)$/],
    [
      'undone, then abandoned',
      undoing({ history: told(LANDING, UNDO, [['Kanban-Move', 'T-1 TODO -> ABANDONED']]) }),
      /^T-1 was abandoned, not landed/,
    ],
    ['abandoned', undoing({ history: history({ abandoned: new Set(['T-1']) }) }), /^T-1 was abandoned, not landed/],
    [
      'merged by hand',
      undoing({
        history: told([
          ['Kanban-Move', 'T-1 REVIEW -> CHANGELOG'],
          ['Kanban-Verdict', 'T-1 landing by-hand'],
        ]),
      }),
      /merged by hand.*git revert/,
    ],
    [
      'lost by a rewrite of base',
      undoing({ lost: new Map([['T-1', '0123456789abcdef']]) }),
      /^T-1 landed as 0123456789, but main no longer contains that commit/,
    ],
    [
      'without a reason',
      undoing({ history: history({ landed: LANDED }) }, 'T-1', ' \n'),
      /^give the reason: kanban undo T-1 --why/,
    ],
  ])('refused: %s', (_, of, words) => {
    expect(acts(of).filter(({ type }) => type === 'undo-entry')).toEqual([]);
    expect(answerOf(of)).toEqual([expect.stringMatching(words)]);
  });

  it('is carried out once, whoever asks again after a crash (I8); twice in a tick is one after the other', () => {
    const done = undoing({ history: history({ landed: LANDED, requests: new Set(['r1']) }) });
    expect(acts(done)).toEqual([{ type: 'answer-request', request: 'r1', reply: { ok: true, message: 'done' } }]);
    const both = undoing({
      history: history({ landed: LANDED }),
      requests: [request('undo', 'T-1'), request('undo', 'T-1', { id: 'r2' })],
    });
    expect(acts(both)).toMatchObject([{ type: 'undo-entry', request: 'r1' }]);
  });

  it('is for a landing: a run of an entry on the board continues', () => {
    const of = undoing({ entries: [facts(entry('T-1', 'IN_PROGRESS'))], runs: [run('T-1')] });
    expect(acts(of).map(({ type }) => type)).toEqual(['answer-request']);
  });
});

describe('what history tells of an undo', () => {
  it('the entry has not landed, until it lands again', () => {
    const undone = told(LANDING, UNDO);
    expect([undone.landed.has('T-1'), undone.takenBack.get('T-1'), undone.gone.has('T-1')]).toEqual([
      false,
      'c1',
      false,
    ]);
    const again = told(LANDING, UNDO, LANDING);
    expect([again.landed.get('T-1'), again.takenBack.has('T-1')]).toEqual(['c2', false]);
    expect(told(LANDING, UNDO, LANDING, UNDO).takenBack.get('T-1')).toBe('c3');
  });

  it('what depends on it waits again; a revert by hand, whose entry comes back in TESTING, changes nothing of that', () => {
    const dependent = facts(entry('T-2', 'TODO', { depends: ['T-1'] }));
    const back = facts(entry('T-1', 'TODO'));
    expect(picks(world([dependent], { history: told(LANDING) }))).toEqual(['T-2']);
    const waiting = world([back, dependent], { history: told(LANDING, UNDO) });
    expect(picks(waiting)).toEqual(['T-1']);
    expect(noteOf(waiting, 'T-2')).toMatchObject({ state: 'waits', on: ['T-1'] });
    const reverted = told(LANDING, [['Kanban-Move', 'T-1 TESTING -> TODO']]);
    expect([reverted.landed.get('T-1'), reverted.takenBack.has('T-1')]).toEqual(['c0', false]);
  });

  it('a branch that its landing left behind is cleared away, never worked on again (I5)', () => {
    const back = facts(entry('T-1', 'TODO'), { branch: branch({ inBase: true }) });
    expect(acts(world([back], { history: told(LANDING, UNDO) }))).toEqual([
      { type: 'retire-branch', id: 'T-1', how: 'landed' },
    ]);
  });

  it('what a run committed is not believed', () => {
    const fold = told(LANDING);
    const trailers = UNDO.map(([name, value]) => ({ name, value }));
    fold.add({ sha: 'x', at: 9, committerEmail: 't-1.task.claude@kanban.invalid', trailers });
    expect(fold.landed.has('T-1')).toBe(true);
  });
});

describe('what history keeps', () => {
  it('how many entries each run has added', () => {
    const { proposed } = told(
      [['Kanban-Proposed', 'T-2 T-1-1-task-a']],
      [
        ['Kanban-Proposed', 'T-3 T-1-1-task-a'],
        ['Kanban-Proposed', 'T-4 T-9-1-task-b'],
      ],
    );
    expect([...proposed]).toEqual([
      ['T-1-1-task-a', 2],
      ['T-9-1-task-b', 1],
    ]);
  });

  it('what had left the board here stays off it, whatever a merged copy of base did with it', () => {
    const was = (fold: HistoryFold) => ({ gone: fold.gone.has('T-1'), landed: fold.landed.get('T-1') });
    const after = (...there: [Trailer['name'], string][][]): HistoryFold => {
      const before = was(told(LANDING));
      const fold = told(LANDING, ...there);
      fold.keepGone('T-1', before);
      return fold;
    };
    const abandoned = after([['Kanban-Move', 'T-1 TODO -> ABANDONED']]);
    expect([was(abandoned), abandoned.abandoned.has('T-1')]).toEqual([{ gone: true, landed: 'c0' }, false]);
    expect(was(after([['Kanban-Move', 'T-1 TODO -> IN_PROGRESS']]))).toEqual({ gone: true, landed: 'c0' });
    expect(was(after([], LANDING))).toEqual({ gone: true, landed: 'c2' });
  });

  it('what was on the board here is where the merged copy of base has it', () => {
    const fold = told(LANDING);
    fold.keepGone('T-1', { gone: false, landed: undefined });
    expect([fold.gone.has('T-1'), fold.landed.get('T-1')]).toEqual([true, 'c0']);
    fold.keepGone('T-2', { gone: false, landed: undefined });
    expect([fold.gone.has('T-2'), fold.landed.has('T-2')]).toEqual([false, false]);
  });
});
