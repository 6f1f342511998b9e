import { execFileSync } from 'node:child_process';
import { Kanban } from '../../e2e/rig/kanban.ts';

interface Shown {
  readonly title: string;
  readonly fields?: readonly string[];
  readonly text?: string;
  readonly criteria?: readonly string[];
  /** What its task agent does; absent: it works and reports `done`. */
  readonly plan?: string;
  readonly review?: string;
  readonly test?: string;
}

/** A task agent at work: it prints, changes files, and waits. */
const works = (file: string, lines: readonly string[]): string =>
  `${lines.map((line) => `echo '${line}'`).join('\n')}\nsave ${file} '// in work'\npause working\n`;

const WORK = String.raw`mkdir -p src/http && cat > src/http/limit.ts <<'CODE'
/** Requests of one client in a window of time. */
export interface Limit {
  readonly requests: number;
  readonly seconds: number;
}

export const LOGIN: Limit = { requests: 5, seconds: 60 };

export function isOver(count: number, { requests }: Limit): boolean {
  return count > requests;
}
CODE
sed -i 's/base/base, with a limit/' base.txt
commit 'Limit the requests of a client' && report done 'Logins are limited to five a minute' 'The limit is counted for each client and minute.

- src/http/limit.ts: what a limit is
- base.txt: says so'
`;

/** Every state of the board at once, by real runs: landed, at work in each column, waiting, parked, and what needs the user. */
export const ENTRIES: readonly Shown[] = [
  { title: 'Cache the compiled templates' },
  { title: 'Split the settings page into two' },
  { title: 'Drop the unused build flag' },
  { title: 'Answer HEAD requests as GET without a body' },
  {
    title: 'Login answers 500 to an empty password',
    fields: ['priority: P1', 'files: src/auth/**'],
    text: '**Problem.** An empty password throws in `hash()`.\n\n**Required fix.** Answer 400 with a clear message.\n\n```ts\nexport const hash = (password: string) => scrypt(password, salt);\n```',
    criteria: ['the message names neither field', 'the attempt counts for the limit'],
    plan: "report blocked '' 'The tests expect 400, and the handler answers 500: it is not clear which of the two is meant.'",
  },
  {
    title: 'Move sessions to the new store',
    fields: ['approve: start', 'priority: P1'],
    criteria: ['old sessions stay valid'],
  },
  {
    title: 'Rate-limit the login',
    fields: ['priority: P0', 'files: src/http/**'],
    criteria: ['five tries a minute', 'a clear message'],
    plan: works('src/limit.ts', ['reads src/auth/login.ts', 'edits src/http/limit.ts', 'runs npm test -- limit']),
  },
  {
    title: 'Limit the requests of a client, whatever address they come from',
    fields: ['priority: P1'],
    text: 'A client may send five requests a minute.',
    criteria: ['counted for each client', 'answers 429 with Retry-After'],
    plan: WORK,
    review: "echo 'reads src/http/limit.ts'\npause reviewing",
  },
  {
    title: 'Keep the scroll position when a filter changes',
    test: "echo 'runs npx vitest related src/ui/list.ts'\npause testing",
  },
  {
    title: 'Export a report as CSV',
    criteria: ['fields with commas are quoted', 'the first row names the columns', 'dates are ISO 8601'],
    plan: works('src/csv.ts', ['reads src/report/table.ts', 'writes src/report/csv.ts']),
  },
  { title: 'Show who is online in the sidebar', plan: works('src/online.ts', ['reads src/ui/sidebar.ts']) },
  { title: 'Log slow queries with their plan', fields: ['depends: T-7'], criteria: ['only above 200 ms'] },
  { title: 'Warn before the quota of a workspace is used up', fields: ['depends: T-7, T-10', 'priority: P1'] },
  { title: 'Invite several people at once', fields: ['depends: T-13'] },
  { title: 'Upgrade the linter and apply its fixes', fields: ['priority: P3'] },
  { title: 'Let a team choose its own colours', criteria: ['contrast is checked', 'the preview is live'] },
  { title: 'Delete exports that are older than thirty days' },
  { title: 'Search across archived projects', fields: ['depends: T-12'] },
  { title: 'Explain why an import was refused, line by line' },
  { title: 'Use one date picker everywhere' },
  { title: 'Send the weekly summary in the reader’s time zone', fields: ['depends: T-14, T-18'] },
  { title: 'Make the empty states say what to do next' },
  { title: 'Remember the last open tab' },
  { title: 'Retry webhooks with growing waits', fields: ['priority: P1'] },
  { title: 'Show the size of each attachment' },
  { title: 'Rename “folders” to “spaces” in all texts', fields: ['priority: P4'] },
  { title: 'Measure the first paint of the dashboard' },
  { title: 'Check links in the documentation' },
];

const PROPOSED = ['Read the audit log by API', 'Sign the audit log', 'Keep the audit log for a year'];

const entryText = ({ title, fields = [], text = '', criteria = [] }: Shown, id: number): string =>
  [
    `## T-${id}: ${title}`,
    fields.map((field) => `- ${field}`).join('\n'),
    text === '' && criteria.length > 0 ? 'It is done when:' : text,
    criteria.map((criterion) => `- [ ] ${criterion}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

/** What the board of the demonstration is made of; its agents do what `ENTRIES` say. */
export function shownBoard(cli: string): Kanban {
  const kanban = new Kanban(cli, {
    todo: `${ENTRIES.map((entry, index) => entryText(entry, index + 1)).join('\n\n')}\n\n# Proposed (T-50)\n\n${PROPOSED.map((title, index) => `## T-${51 + index}: ${title}`).join('\n\n')}\n`,
    settings:
      'merge_queue: { check: git fsck }\nretries: 0\ncapacity: 6\nwip: { in_progress: 3, review: 2, testing: 2 }\n',
    files: { 'src/auth/login.ts': 'export const login = () => 200;\n' },
  });
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: kanban.root,
    input: pastWeeks(),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  kanban.git('reset', '-q', '--hard');
  nameAgents(kanban);
  for (const [index, { plan, review, test }] of ENTRIES.entries()) {
    const id = `T-${index + 1}`;
    if (plan !== undefined) kanban.plan(`${id}.task`, plan);
    if (review !== undefined) kanban.plan(`${id}.reviewer`, review);
    if (test !== undefined) kanban.plan(`${id}.tester`, test);
  }
  return kanban;
}

/** The driven agent under two names, as a board has them. */
function nameAgents(kanban: Kanban): void {
  const text = kanban.read('WORKFLOW.md');
  const [line = ''] = /^ {2}fake: .*$/m.exec(text) ?? [];
  const named = ['claude', 'codex'].map((name) => line.replace('fake', name)).join('\n');
  const roles = text.replace(line, named).replace('reviewer: { agent: fake }', 'reviewer: { agent: codex }');
  kanban.write('WORKFLOW.md', roles.replaceAll('agent: fake', 'agent: claude'));
  kanban.git('commit', '-q', '-a', '-m', 'name the agents');
}

const WEEKS = 10;
const WEEK_S = 7 * 86_400;

/** Landings of the last weeks, for the charts: what kanban commits, with other dates. */
function pastWeeks(): string {
  const now = Math.floor(Date.now() / 1000);
  const landings = Array.from({ length: WEEKS }, (_, week) =>
    Array.from({ length: 2 + ((week * 5) % 7) }, () => week),
  ).flat();
  const commits = landings.flatMap((week, index) => {
    const id = `T-${101 + index}`;
    const start = now - (WEEKS - week) * WEEK_S + index * 3_700;
    const minutes = 14 + ((index * 11) % 40) - week;
    const usage = `input=${40_000 + index * 900} output=${3_000 + index * 70} cost=${(0.2 + (index % 5) * 0.11).toFixed(2)}`;
    const run = (role: string): string => `${id}-1-${role}-0a1b2c3d`;
    const step = (at: number, from: string, to: string, ...trailers: string[]): string =>
      commitOf(start + at * 60, `kanban: ${id} ${from} → ${to}`, [`Kanban-Move: ${id} ${from} -> ${to}`, ...trailers]);
    const took = (role: string, agent: string, part: number, verdict: string): string[] => [
      `Kanban-Run: ${id} ${run(role)}`,
      `Kanban-Verdict: ${id} ${role} ${verdict}`,
      `Kanban-Agent: ${id} ${role}=${agent}`,
      `Kanban-Usage: ${id} ${run(role)} ${usage}`,
      `Kanban-Time: ${id} ${run(role)} ${Math.round(minutes * 60 * part)}s wait 0s`,
    ];
    return [
      step(0, 'TODO', 'IN_PROGRESS'),
      step(minutes * 0.6, 'IN_PROGRESS', 'REVIEW', ...took('task', index % 3 === 0 ? 'codex' : 'claude', 0.6, 'done')),
      step(
        minutes * 0.8,
        'REVIEW',
        'TESTING',
        ...took('reviewer', 'codex', 0.2, index % 6 === 5 ? 'changes-requested' : 'ready'),
      ),
      step(minutes, 'TESTING', 'CHANGELOG', ...took('tester', 'claude', 0.2, 'passed')),
    ];
  });
  const [first = '', ...rest] = commits.toSorted((a, b) => dateOf(a) - dateOf(b));
  return [`${first.trimEnd()}\nfrom refs/heads/main^0\n\n`, ...rest].join('');
}

const dateOf = (commit: string): number => Number(/> (\d+) \+0000/.exec(commit)?.[1]);

function commitOf(at: number, subject: string, trailers: readonly string[]): string {
  const message = `${subject}\n\n${trailers.join('\n')}\n`;
  const who = `Ada (kanban) <ada@example.com> ${Math.round(at)} +0000`;
  return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata ${Buffer.byteLength(message)}\n${message}\n\n`;
}
