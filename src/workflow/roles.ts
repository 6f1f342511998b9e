import type { Column } from '../board/entry.ts';

/** The one-word result of a run. */
export type Verdict = 'done' | 'blocked' | 'ready' | 'changes-requested' | 'passed' | 'failed';

interface VerdictRow {
  readonly word: Verdict;
  /** For the agent that gives it. */
  readonly meaning: string;
  /** Near spellings that a report may use instead. */
  readonly spellings: readonly string[];
}

interface RoleRow {
  /** Where the entry stands while the role works on it. */
  readonly column: Column;
  /** The good verdict first. */
  readonly verdicts: readonly [good: VerdictRow, bad: VerdictRow];
  /** File in the folder of the prompts. */
  readonly prompt: string;
  /** What the status line shows of a run. */
  readonly verb: string;
  /** How long a run may take by default, as people write it. */
  readonly timeout: string;
  /** For docs/settings.md. */
  readonly summary: string;
  /** What a report's text should hold, for the agent. */
  readonly reportText: string;
  /** A report may propose a line for the change log. */
  readonly writesChangelog: boolean;
}

/**
 * Every role, in the order of the work. A further role is a row here, a prompt, its settings in `schema.ts` and its rule
 * in `pipeline/columns/`.
 */
export const ROLE_TABLE = {
  task: {
    column: 'IN_PROGRESS',
    verdicts: [
      {
        word: 'done',
        meaning: 'all that the entry asks is committed on the branch',
        spellings: ['completed', 'complete', 'finished', 'success', 'ok'],
      },
      {
        word: 'blocked',
        meaning: "it can't be done as written: the text says what is missing",
        spellings: ['block', 'stuck', 'failed', 'fail'],
      },
    ],
    prompt: 'task.md',
    verb: 'task',
    timeout: '15m',
    summary: 'Works on the entry.',
    reportText: 'Markdown: what you found, what you changed and why, which files, and what you noticed besides.',
    writesChangelog: true,
  },
  reviewer: {
    column: 'REVIEW',
    verdicts: [
      {
        word: 'ready',
        meaning: 'it can be tested and landed as it stands now',
        spellings: ['approved', 'approve', 'lgtm', 'pass', 'passed', 'ok'],
      },
      {
        word: 'changes-requested',
        meaning: 'the text names every finding: the task agent gets it as it is',
        spellings: [
          'changes-required',
          'changes-needed',
          'request-changes',
          'requested-changes',
          'change-requested',
          'rejected',
          'reject',
          'failed',
          'fail',
        ],
      },
    ],
    prompt: 'reviewer.md',
    verb: 'review',
    timeout: '10m',
    summary: 'Judges the work.',
    reportText: 'Markdown: what you checked, what you found (file and line), what you fixed.',
    writesChangelog: false,
  },
  tester: {
    column: 'TESTING',
    verdicts: [
      {
        word: 'passed',
        meaning: 'the tests that cover the change pass, with base merged into the branch',
        spellings: ['pass', 'success', 'green', 'ok'],
      },
      {
        word: 'failed',
        meaning: 'they do not, and you could not fix it: the text says which test, what it expected and what came',
        spellings: ['fail', 'failure', 'red', 'failing'],
      },
    ],
    prompt: 'tester.md',
    verb: 'test',
    timeout: '15m',
    summary: 'Tests the work.',
    reportText: 'Markdown: which tests you ran and how they came out, what you fixed.',
    writesChangelog: false,
  },
} as const satisfies Readonly<Record<string, RoleRow>>;

export type Role = keyof typeof ROLE_TABLE;

/** In the order of the work. */
export const ROLES = Object.keys(ROLE_TABLE) as readonly Role[];

/** The verdict with which the entry moves on. */
export const goodVerdict = (role: Role): Verdict => ROLE_TABLE[role].verdicts[0].word;

/** A role's prompt, relative to the root. */
export const promptFile = (
  settings: {
    readonly prompts: string;
    readonly roles: Readonly<Record<Role, { readonly prompt: string | null }>>;
  },
  role: Role,
): string => settings.roles[role].prompt ?? `${settings.prompts}/${ROLE_TABLE[role].prompt}`;
