import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/contract/reason.ts';
import { reasonText } from '../../../src/report/reason.ts';

type Of<Code extends Reason['code']> = Reason & { readonly code: Code };
type Told<Code extends Reason['code']> = readonly (readonly [Omit<Of<Code>, 'code'>, string])[];

const own = [[{ text: 'in their words' }, 'in their words']] as const;

/** Each code with what it may say: a new code that is missing here does not compile. */
const REASONS: { readonly [Code in Reason['code']]: Told<Code> } = {
  parked: [[{}, 'parked']],
  ready: [[{}, 'ready']],
  lands: [[{}, 'lands']],
  'being-edited': [[{}, 'being edited']],
  'run-active': [[{ role: 'reviewer' }, 'reviewer']],
  'run-stopping': [[{}, 'its run is being stopped']],
  'run-lost': [[{}, 'its runner has died: kanban run keeps its work and continues']],
  'run-ended': [[{}, 'its run has ended']],
  'command-pending': [[{}, 'a command is being carried out']],
  'column-full': [[{ column: 'REVIEW' }, 'waits for a place in REVIEW (`wip.review`)']],
  'not-chosen': [[{}, 'waits: this kanban run is for other entries']],
  'no-free-place': [[{}, 'waits for a place in the pool (`capacity`)']],
  'foreign-run': [[{ run: 'T-1-1' }, 'its run T-1-1 belongs to another machine or container']],
  'entry-moved': [[{ to: 'TODO' }, 'the entry was moved to TODO']],
  'waits-for-entries': [[{ ids: ['T-1', 'T-2'] }, 'waits for T-1, T-2']],
  paused: [
    [{ result: true }, 'paused: the result of its run waits'],
    [{ result: false }, 'paused: delete [PAUSED] to continue'],
  ],
  escalated: [
    [{ feedback: 'tests failed' }, 'tests failed'],
    [{ feedback: null }, 'escalated'],
  ],
  'waits-for-approval': [[{}, 'waits for approval: delete [APPROVE], or kanban approve']],
  'asking-for-approval': [[{}, 'waits for approval']],
  numbering: [[{}, 'gets its number']],
  'restoring-branch': [[{}, 'its branch is restored']],
  'removing-landed-branch': [[{}, 'its landed branch is removed']],
  'closing-merged': [[{}, 'its branch was merged by hand']],
  freed: [[{}, 'freed by the user']],
  'clearing-verdicts': [[{}, 'its verdicts no longer hold']],
  'returned-to-todo': [[{}, 'back in TODO']],
  'landing-reverted': [[{}, 'its landing was reverted']],
  'tested-unknown': [[{}, 'no tester passed the commit that `tested` names']],
  'reviewed-unknown': [[{}, 'no reviewer passed the commit that `reviewed` names: to be reviewed']],
  'branch-moved': [[{}, 'the branch has moved since it was tested']],
  'message-waits': [[{}, 'a message arrived after the test: the entry is tested again with it']],
  'moved-to-testing': [[{}, 'moved here by hand: that is the review']],
  'nothing-to-judge': [
    [
      { stage: 'review', branch: 'T-1', exists: true },
      'there is nothing to review: branch T-1 has no commit; move the entry to TODO',
    ],
    [
      { stage: 'test', branch: 'T-1', exists: false },
      'there is nothing to test: branch T-1 does not exist; move the entry to TODO',
    ],
  ],
  'worktree-elsewhere': [[{ id: 'T-1' }, 'the worktree of T-1 has something else checked out than branch T-1']],
  'outside-commit': [[{ id: 'T-1' }, 'the agent of T-1 committed outside its branch: kanban show T-1']],
  provider: [
    [{ text: 'overloaded' }, 'overloaded'],
    [{ text: '' }, 'its provider is busy'],
  ],
  'agent-not-started': [[{ agent: 'claude', text: 'no login' }, 'claude could not start: no login']],
  'agent-probing': [[{ agent: 'claude' }, 'one run of claude goes first']],
  'run-restarts': [
    [{ cause: 'lost', text: 'killed' }, 'a run was lost: killed'],
    [{ cause: 'not-started', text: 'no program' }, 'a run could not start: no program'],
  ],
  'entry-cap': [
    [
      { id: 'T-1', used: '$2 of $1' },
      'its runs have used $2 of $1, all that `caps` allows an entry: raise the cap in WORKFLOW.md, or kanban retry T-1 for as much again',
    ],
  ],
  'entry-runs': [
    [
      { id: 'T-1', runs: 8, most: 8 },
      'it has had 8 of 8 runs (`caps.entry_runs`): raise the cap in WORKFLOW.md, or kanban retry T-1 for as many again',
    ],
  ],
  'day-cap': [
    [
      { used: '$2 of $1' },
      'agents have used $2 of $1 today, all that `caps` allows a day: raise the cap in WORKFLOW.md, or wait until tomorrow',
    ],
  ],
  'action-failed': [
    [{ text: 'the disk is full', fix: null }, 'the disk is full'],
    [{ text: 'the disk is full', fix: 'make room' }, 'the disk is full. Fix: make room'],
    [{ text: 'Is it full?', fix: 'look' }, 'Is it full? Fix: look'],
  ],
  problem: own,
  preflight: own,
  'agent-unavailable': own,
  'landings-held': own,
  'merge-queue': own,
};

describe('the sentence of a reason', () => {
  const cases = Object.entries(REASONS).flatMap(([code, told]) =>
    told.map(([more, sentence]) => [code, sentence, { code, ...more } as Reason] as const),
  );

  it.each(cases)('%s: %s', (_, sentence, reason) => {
    expect(reasonText(reason)).toBe(sentence);
  });
});
