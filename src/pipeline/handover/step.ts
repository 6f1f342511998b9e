import type { Role } from '../../workflow/roles.ts';

/** One commit of base that recorded what somebody found or did about an entry. */
export interface Step {
  readonly sha: string;
  readonly by: 'task' | 'fixer' | 'reviewer' | 'tester' | 'landing' | 'user';
  /** `task done`, `reviewer changes-requested`; '' for a step of the user. */
  readonly verdict: string;
  /** The stage let the entry pass. A report that says `done` can still have failed. */
  readonly passed: boolean;
  /** Name of the agent; '' if none. */
  readonly agent: string;
  /** Id of the run; '' if none. */
  readonly run: string;
  /** Report, or what the user gave as the reason; '' if the user gave none. */
  readonly report: string;
  /** The entry went back to TODO: what came before belongs to an earlier start. */
  readonly toTodo: boolean;
}

/** What the commit of a step says. */
export interface StepCommit {
  readonly sha: string;
  readonly trailers: readonly { readonly name: string; readonly value: string }[];
  /** Outdented; '' if none. */
  readonly report: string;
}

/** A commit as a step of this entry. */
export function stepOf(id: string, commit: StepCommit): Step {
  const { sha, report } = commit;
  const own = (name: string): string | undefined =>
    commit.trailers
      .find((trailer) => trailer.name === name && trailer.value.startsWith(`${id} `))
      ?.value.slice(id.length + 1);
  const verdict = own('Kanban-Verdict') ?? '';
  const to = own('Kanban-Move')?.split(' -> ')[1];
  const common = {
    sha,
    verdict,
    agent: /=(.*)/.exec(own('Kanban-Agent') ?? '')?.[1] ?? '',
    run: own('Kanban-Run') ?? '',
    report,
    toTodo: to === 'TODO',
  };
  if (to === 'CHANGELOG') return { ...common, by: 'landing', passed: true };
  switch (verdict.split(' ')[0]) {
    case 'task':
      return own('Kanban-Outcome')?.startsWith('fix ') === true
        ? { ...common, by: 'fixer', passed: own('Kanban-Outcome') === 'fix passed' }
        : { ...common, by: 'task', passed: to === 'REVIEW' };
    case 'reviewer':
      return { ...common, by: 'reviewer', passed: own('Kanban-Reviewed') !== undefined };
    case 'tester':
      return { ...common, by: 'tester', passed: own('Kanban-Tested') !== undefined };
    case 'landing':
      return { ...common, by: 'landing', passed: false };
    default: {
      const isAsked = own('Kanban-By') !== undefined && own('Kanban-Reason') === undefined;
      return { ...common, by: 'user', passed: false, report: isAsked ? '' : report };
    }
  }
}

/** The steps since the entry last started from TODO. */
export const sinceStart = (steps: readonly Step[]): readonly Step[] =>
  steps.slice(steps.findLastIndex(({ toTodo }) => toTodo) + 1);

/** Which stage, when it passes, settles what another has found. */
const SETTLED_BY: Readonly<Record<Step['by'], readonly Step['by'][]>> = {
  task: ['task', 'reviewer'],
  fixer: ['fixer', 'tester'],
  reviewer: ['reviewer'],
  tester: ['tester'],
  landing: ['tester'],
  // It has judged the work with the user's words before it.
  user: ['reviewer'],
};

/**
 * The failures, requests and remarks that no stage has settled since; oldest first.
 * @param feedback the entry's field; null: where the last step set it, the user has deleted it, and its findings are dropped
 */
export const openSteps = (steps: readonly Step[], feedback: string | null): readonly Step[] =>
  steps.filter(
    (step, at) =>
      !step.passed &&
      step.report !== '' &&
      !(feedback === null && step.by !== 'user' && at === steps.length - 1) &&
      !steps.slice(at + 1).some(({ by, passed }) => passed && SETTLED_BY[step.by].includes(by)),
  );

/** The last step that is none of the user's, if it is a failure of the stage that is to run now; null: it is none. */
export function unfinishedStep(
  steps: readonly Step[],
  { role, purpose }: { readonly role: Role; readonly purpose: 'work' | 'mend' },
): Step | null {
  const last = steps.findLast(({ by }) => by !== 'user');
  return last !== undefined && !last.passed && last.by === (purpose === 'mend' ? 'fixer' : role) ? last : null;
}
