import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withMessages } from '../../../src/coordinator/launch/prompt-messages.ts';
import { handoverOf, type HandoverFacts } from '../../../src/pipeline/handover/handover.ts';
import type { RunBefore } from '../../../src/pipeline/handover/restart.ts';
import { stepOf, type Step } from '../../../src/pipeline/handover/step.ts';
import type { Message } from '../../../src/runner/inbox.ts';
import { renderPrompt } from '../../../src/workflow/prompt.ts';
import { ROLE_TABLE } from '../../../src/workflow/roles.ts';

/*
 * What each role is given to read in each situation: test/briefings/ has one file for each. This command writes them again:
 * npx vitest run test/unit/coordinator/briefings.test.ts --update
 */

const ID = 'T-12';
let sha = 0;

/** A commit of base that recorded a run. */
function step(trailers: string[], report: string): Step {
  sha += 1;
  const pairs = trailers.map((line) => {
    const [name = '', value = ''] = line.split(': ');
    return { name, value: `${ID} ${value}` };
  });
  return stepOf(ID, { sha: `${sha}`.repeat(10), trailers: pairs, report });
}

const run = (role: string, agent: string, verdict: string, more: string[] = []): string[] => [
  `Kanban-Run: T-12-1-${role}-00000000`,
  `Kanban-Verdict: ${role} ${verdict}`,
  `Kanban-Agent: ${role}=${agent}`,
  ...more,
];

const DONE = step(
  run('task', 'claude', 'done', ['Kanban-Move: IN_PROGRESS -> REVIEW']),
  '`hash()` throws on an empty text. The route now checks first and answers 400 (src/auth/login.ts).\n\n## Tests\n\nNone ran.',
);
const NO_COMMIT = step(
  run('task', 'claude', 'done'),
  'reported done, but nothing is committed on the branch\n\nI have changed src/auth/login.ts.',
);
const CHANGES = step(
  run('reviewer', 'codex', 'changes-requested', ['Kanban-Move: REVIEW -> IN_PROGRESS', 'Kanban-Rejected: 1234567']),
  'src/auth/login.ts:44: the message names the field. Expected: the same message for both fields.\n\n# Criteria\n\n- the message names neither field: not met',
);
const ANSWERED = step(
  run('task', 'claude', 'done', ['Kanban-Move: IN_PROGRESS -> REVIEW']),
  'One message for both fields.',
);
const NO_REPORT = step(run('reviewer', 'codex', 'no-report'), 'no report was written');
const READY = step(
  run('reviewer', 'gemini', 'ready', ['Kanban-Move: REVIEW -> TESTING', 'Kanban-Reviewed: 89abcde']),
  'Read the whole change. The findings are met.',
);
const FAILED = step(
  run('tester', 'claude', 'failed'),
  'FAIL test/auth.test.ts > login > answers 400\nexpected 400, got 500',
);
const NOT_FIXED = step(
  run('task', 'claude', 'timed-out', ['Kanban-Outcome: fix failed']),
  'ended at its time limit (15 minutes)',
);
const FIXED = step(
  run('task', 'claude', 'done', ['Kanban-Outcome: fix passed']),
  'The error handler turned every error into 500. It keeps the status now.',
);
const CONFLICT = step(['Kanban-Verdict: landing conflict'], 'conflicts with base in src/auth/login.ts');
const PASSED = step(
  run('tester', 'claude', 'passed', ['Kanban-Tested: 89abcde']),
  'npx vitest run test/auth.test.ts: 4 passed.',
);
const RESCOPED = step(
  ['Kanban-By: Ada <ada@example.org>', 'Kanban-Reason: given', 'Kanban-Move: REVIEW -> TODO'],
  'Use the validator of the sign-up form.',
);
const LANDED = step(
  ['Kanban-Move: TESTING -> CHANGELOG', 'Kanban-Tested: 89abcde'],
  'task done: One message for both fields.',
);
const UNDONE = step(
  ['Kanban-Move: CHANGELOG -> TODO', 'Kanban-By: Ada <ada@example.org>', 'Kanban-Reason: given'],
  'It locks out users without a password.',
);

const lost = (change: Partial<RunBefore> = {}): RunBefore => ({
  id: 'T-12-2-task-0badcafe',
  agent: 'claude',
  cause: 'lost',
  detail: 'its runner is gone',
  judged: null,
  events: [
    { at: 1, type: 'tool', name: 'Read', summary: 'src/auth/login.ts' },
    { at: 2, type: 'text', text: 'I see.' },
    { at: 3, type: 'tool', name: 'Edit', summary: 'src/auth/login.ts' },
    { at: 4, type: 'denied', name: 'Bash', summary: 'curl example.org' },
    { at: 5, type: 'tool', name: 'Bash', summary: 'git commit -m "Answer 400"' },
  ],
  tail: '',
  ...change,
});
const RESTART = {
  commits: ['89abcde Answer 400', '9abcdef T-12: left uncommitted in the worktree of the task run'],
  status: ['## T-12', ' M src/auth/login.ts', '?? notes.txt'],
};

interface Situation extends Partial<Omit<HandoverFacts, 'restart'>> {
  readonly restart?: Partial<HandoverFacts['restart']>;
  readonly attempt?: number;
  readonly messages?: readonly Message[];
}

const fix = { role: 'task', purpose: 'mend' } as const;
const again = { attempt: 2 } as const;

const message = (at: number, priority: Message['priority'], text: string): Message => ({
  id: `${at}`,
  at,
  by: { name: 'Ada', email: 'ada@example.org' },
  priority,
  text,
});

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'task-first': { from: null },
  'task-retry': {
    ...again,
    steps: [NO_COMMIT],
    feedback: 'reported done, but nothing is committed on the branch',
    from: null,
  },
  'task-bounce': {
    ...again,
    steps: [DONE, CHANGES],
    feedback: 'src/auth/login.ts:44: the message names the field. Expected: the same mess...',
  },
  'task-restart': {
    ...again,
    steps: [DONE, CHANGES],
    feedback: 'src/auth/login.ts:44: the message names the field.',
    restart: { runs: [lost()], ...RESTART },
    refused: ['Bash curl example.org'],
    kept: [{ ref: 'refs/kanban/rescue/T-12/1', why: 'a large file', paths: ['core.dump'] }],
    messages: [
      message(1_000_000_000_000, 'low', 'Rename the helper if there is time.'),
      message(1_000_000_100_000, 'normal', 'The API is frozen.'),
      message(1_000_000_200_000, 'high', 'Leave src/auth/token.ts alone.\nSomebody else works on it.'),
    ],
  },
  'task-restart-without-records': {
    ...again,
    steps: [NO_COMMIT],
    feedback: 'reported done, but nothing is committed on the branch',
    restart: { commits: [], status: ['## T-12'] },
    from: null,
  },
  'task-rescoped': {
    steps: [DONE, CHANGES, ANSWERED, { ...CHANGES, sha: 'f'.repeat(10) }, RESCOPED],
    feedback: 'Use the validator of the sign-up form. (findings before: src/auth/login.ts:44)',
    former: ['refs/kanban/abandoned/T-12/1'],
    from: null,
  },
  'task-undone': { steps: [LANDED, UNDONE], feedback: 'It locks out users without a password.', from: null },
  'reviewer-first': { role: 'reviewer', steps: [DONE] },
  'reviewer-retry': { role: 'reviewer', ...again, steps: [DONE, NO_REPORT], feedback: 'no report was written' },
  'reviewer-bounce': { role: 'reviewer', ...again, steps: [DONE, CHANGES, ANSWERED] },
  'reviewer-restart': {
    role: 'reviewer',
    ...again,
    steps: [DONE],
    restart: {
      runs: [
        lost({
          id: 'T-12-2-reviewer-0badcafe',
          agent: 'codex',
          cause: 'provider',
          detail: '429 Too Many Requests',
          events: [],
        }),
      ],
      ...RESTART,
      commits: [],
      status: ['## T-12'],
    },
  },
  'tester-first': { role: 'tester', steps: [DONE, CHANGES, ANSWERED, READY] },
  'tester-retry': {
    role: 'tester',
    ...again,
    steps: [DONE, READY, FAILED],
    feedback: 'failed: FAIL test/auth.test.ts > login > answers 400 expected 400, got 500',
    restart: {
      runs: [
        lost({
          id: 'T-12-3-tester-0badcafe',
          cause: 'reported',
          detail: '',
          judged: 'tester: failed: auth.test.ts expected 400, got 500',
        }),
      ],
      ...RESTART,
    },
  },
  'tester-fix': { role: 'tester', ...again, steps: [DONE, READY, FAILED, FIXED] },
  'tester-restart': {
    role: 'tester',
    ...again,
    steps: [DONE, READY],
    restart: {
      runs: [
        lost({
          id: 'T-12-3-tester-0badcafe',
          cause: 'stopped',
          detail: 'kanban pause',
          events: [],
          tail: 'ok 1\nok 2',
        }),
        lost({ id: 'T-12-4-tester-0badcafe', cause: 'not-started', detail: 'after_create failed', events: [] }),
      ],
      ...RESTART,
    },
  },
  'fixer-first': { ...fix, steps: [DONE, READY, FAILED], feedback: 'failed: FAIL test/auth.test.ts' },
  'fixer-retry': {
    ...fix,
    ...again,
    steps: [DONE, READY, FAILED, NOT_FIXED],
    feedback: 'ended at its time limit (15 minutes)',
    restart: {
      runs: [lost({ cause: 'timed-out', detail: '15 minutes', judged: 'task (fixing): ended at its time limit' })],
      ...RESTART,
    },
  },
  'fixer-conflict': {
    ...fix,
    steps: [DONE, READY, PASSED, CONFLICT],
    feedback: 'conflicts with base in src/auth/login.ts: merge base into the branch and resolve it',
  },
  'fixer-restart': {
    ...fix,
    ...again,
    steps: [DONE, READY, FAILED],
    feedback: 'failed: FAIL test/auth.test.ts',
    restart: { runs: [lost()], ...RESTART },
  },
};

const factsOf = (situation: Situation): HandoverFacts => ({
  id: ID,
  role: 'task',
  purpose: 'work',
  steps: [],
  feedback: null,
  outside: [],
  base: 'main',
  from: '0123456789abcdef',
  refused: [],
  kept: [],
  former: [],
  ...situation,
  restart: { runs: [], commits: [], status: [], ...situation.restart },
});

/** All that an agent is given to read. @param template null: the one of the role */
function briefing(situation: Situation, template: string | null = null): string {
  const facts = factsOf(situation);
  const { role, purpose, from } = facts;
  const file = `prompts/${ROLE_TABLE[role].prompt}`;
  const prompt = renderPrompt(template ?? readFileSync(file, 'utf8'), file, {
    entry: {
      id: ID,
      title: 'Login crashes on an empty password',
      text: '**Problem.** An empty password throws in `hash()`.\n\n- [ ] the message names neither field',
      fields: { files: 'src/auth/**' },
      criteria: [{ text: 'the message names neither field', checked: false }],
    },
    run: {
      role,
      purpose,
      attempt: situation.attempt ?? 1,
      minutes: 15,
      report: '/home/ada/app/.worktrees/T-12/.kanban/report.md',
    },
    git: {
      worktree: '/home/ada/app/.worktrees/T-12',
      branch: ID,
      base: 'main',
      changed: from === null ? [] : ['src/auth/login.ts'],
      commits: from === null ? [] : ['89abcde Answer 400'],
    },
    ...handoverOf(facts),
    rules: 'Commit in small steps.',
  });
  if (!prompt.ok) throw new Error(JSON.stringify(prompt.error));
  return withMessages(prompt.value, situation.messages ?? []);
}

describe('briefings', () => {
  it.each(Object.entries(SITUATIONS))('%s', async (name, situation) => {
    await expect(briefing(situation)).toMatchFileSnapshot(`../../briefings/${name}.md`);
  });

  it('no file is left of a situation that is gone', () => {
    expect(readdirSync('test/briefings').sort()).toEqual(
      Object.keys(SITUATIONS)
        .map((name) => `${name}.md`)
        .sort(),
    );
  });

  it('every template, older ones too, gives the hand-over and the findings', () => {
    const situation = SITUATIONS['task-bounce']!;
    const old = briefing(situation, '{{ entry.id }}\n{% if findings %}{{ findings }}{% endif %}\n');
    expect(old).toMatch(/^T-12\n### reviewer \(codex\): changes-requested[^]*\n\n## Hand-over\n\n### Next action\n/);
    const bare = briefing(situation, '{{ entry.id }}');
    expect(bare).toMatch(/^T-12\n\n## Findings so far\n\n###[^]*not met\n\n## Hand-over\n/);
    const own = briefing(situation, '{{ findings }}{{ handover.next }}');
    expect(own).not.toContain('## Hand-over');
    const parts =
      '{% for r in handover.reports %}{{ r.by }}|{{ r.verdict }};{% endfor %}{{ handover.restart.why }}{{ findings.size }}';
    expect(briefing(situation, parts)).toMatch(
      /^task agent \(claude\)\|done;reviewer \(codex\)\|changes-requested;\d+$/,
    );
  });
});
