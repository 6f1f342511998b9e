import type { Reason } from '../contract/reason.ts';

/** The sentence for a reason: lower case, without a full stop. */
export const reasonText = (reason: Reason): string => {
  // Each function is given the reason of its own code: the compiler can't follow that through the index.
  const text = TEXT[reason.code] as (of: Reason) => string;
  return text(reason);
};

/** For a run without a runner: nothing of it works. */
export const RUN_LOST = 'its runner has died: kanban run keeps its work and continues';

/** For entries that wait because an agent is on hold. */
export const RESUME_AGENTS = 'an agent is on hold: kanban resume lets it be tried again at once';

const ON_HOLD: ReadonlySet<string> = new Set<Reason['code']>(['provider', 'agent-not-started']);

/** Its agent is on hold for what its provider answered, or because it could not start: `kanban resume` ends that. */
export const isAgentOnHold = (reason: Reason | null): boolean => reason !== null && ON_HOLD.has(reason.code);

type Of<Code extends Reason['code']> = Reason & { readonly code: Code };

const own = ({ text }: { readonly text: string }): string => text;

const TEXT: { readonly [Code in Reason['code']]: (reason: Of<Code>) => string } = {
  parked: () => 'parked',
  ready: () => 'ready',
  lands: () => 'lands',
  'being-edited': () => 'being edited',
  'run-active': ({ role }) => role,
  'run-stopping': () => 'its run is being stopped',
  'run-lost': () => RUN_LOST,
  'run-ended': () => 'its run has ended',
  'command-pending': () => 'a command is being carried out',
  'column-full': ({ column }) => `waits for a place in ${column} (\`wip.${column.toLowerCase()}\`)`,
  'no-free-place': () => 'waits for a place in the pool (`capacity`)',
  'not-chosen': () => 'waits: this kanban run is for other entries',
  'foreign-run': ({ run }) => `its run ${run} belongs to another machine or container`,
  'entry-moved': ({ to }) => `the entry was moved to ${to}`,
  'waits-for-entries': ({ ids }) => `waits for ${ids.join(', ')}`,
  paused: ({ result }) => (result ? 'paused: the result of its run waits' : 'paused: delete [PAUSED] to continue'),
  escalated: ({ feedback }) => feedback ?? 'escalated',
  'waits-for-approval': () => 'waits for approval: delete [APPROVE], or kanban approve',
  'asking-for-approval': () => 'waits for approval',
  numbering: () => 'gets its number',
  'restoring-branch': () => 'its branch is restored',
  'removing-landed-branch': () => 'its landed branch is removed',
  'closing-merged': () => 'its branch was merged by hand',
  freed: () => 'freed by the user',
  'clearing-verdicts': () => 'its verdicts no longer hold',
  'returned-to-todo': () => 'back in TODO',
  'landing-reverted': () => 'its landing was reverted',
  'tested-unknown': () => 'no tester passed the commit that `tested` names',
  'reviewed-unknown': () => 'no reviewer passed the commit that `reviewed` names: to be reviewed',
  'branch-moved': () => 'the branch has moved since it was tested',
  'message-waits': () => 'a message arrived after the test: the entry is tested again with it',
  'moved-to-testing': () => 'moved here by hand: that is the review',
  'nothing-to-judge': ({ stage, branch, exists }) =>
    `there is nothing to ${stage}: branch ${branch} ${exists ? 'has no commit' : 'does not exist'}; move the entry to TODO`,
  'worktree-elsewhere': ({ id }) => `the worktree of ${id} has something else checked out than branch ${id}`,
  'outside-commit': ({ id }) => `the agent of ${id} committed outside its branch: kanban show ${id}`,
  provider: ({ text }) => text || 'its provider is busy',
  'agent-not-started': ({ agent, text }) => `${agent} could not start: ${text}`,
  'agent-probing': ({ agent }) => `one run of ${agent} goes first`,
  'run-restarts': ({ cause, text }) => `${cause === 'lost' ? 'a run was lost' : 'a run could not start'}: ${text}`,
  'entry-cap': ({ id, used }) =>
    `its runs have used ${used}, all that \`caps\` allows an entry: raise the cap in WORKFLOW.md, or kanban retry ${id} for as much again`,
  'entry-runs': ({ id, runs, most }) =>
    `it has had ${runs} of ${most} runs (\`caps.entry_runs\`): raise the cap in WORKFLOW.md, or kanban retry ${id} for as many again`,
  'day-cap': ({ used }) =>
    `agents have used ${used} today, all that \`caps\` allows a day: raise the cap in WORKFLOW.md, or wait until tomorrow`,
  'action-failed': ({ text, fix }) => (fix === null ? text : `${text}${/[.!?]$/.test(text) ? '' : '.'} Fix: ${fix}`),
  problem: own,
  preflight: own,
  'agent-unavailable': own,
  'landings-held': own,
  'merge-queue': own,
};
