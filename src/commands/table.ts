import type { CommandSpec, OptionSpec } from './command.ts';

const WORK = 'Work';
const LOOK_COMMANDS = 'Look';
const ENTRY = 'When an entry needs you';
const SETUP = 'Set up and check';
const INNER = 'Used by kanban itself';

const json: OptionSpec = { flags: '--json', summary: 'print JSON' };
const why: OptionSpec = { flags: '--why <reason>', summary: 'the reason, for the history' };
const limit: OptionSpec = { flags: '--limit <count>', summary: 'show at most so many', kind: 'count' };
const since: OptionSpec = {
  flags: '--since <time>',
  summary: 'only what is newer: 2h, 3d, or a date such as 2026-11-20',
  kind: 'since',
};
const id = { name: 'id', form: 'required', summary: 'task id, such as T-12' } as const;
const maybeId = { ...id, form: 'optional' } as const;

/** What preflight and doctor print as JSON. */
const findings = [
  ['[]', 'a list of findings, each with the keys below'],
  ['check', 'what was looked at, a stable name'],
  ['level', '`stops` (nothing starts or moves), `holds` (what it concerns waits), `fixed` (done already) or `info`'],
  ['message', 'what is wrong or good to know'],
  ['fix', 'how to fix it; may be absent'],
  ['where', '`file`, `line`, `column`, `length`, `lineText`; may be absent'],
  ['holds', 'what waits: `entries`, `agents`, `landings`; may be absent'],
] as const;

/** Every command there is: feeds the parser, `--help` and docs/commands.md. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    group: WORK,
    summary: 'Work the board: start agents, review, test and land, until told to stop',
    args: [{ name: 'id', form: 'any-number', summary: 'only these: no other entry is started or landed' }],
    options: [
      { flags: '--until-done', summary: 'end when nothing is left that can be done without you' },
      {
        flags: '--max-wait <duration>',
        summary: 'with --until-done: wait at most so long for providers and backoff',
        kind: 'duration',
      },
      { flags: '--dry-run', summary: 'print what the first tick would do, and each command line; start nothing' },
      { flags: '--json', summary: 'print every event as a line of JSON' },
    ],
    examples: [
      ['kanban run', 'work the board and show it live; Ctrl-C ends it softly, twice at once'],
      ['kanban run --until-done', 'for scripts and CI: exit code 0, or 4 if entries need you'],
      ['kanban run T-12 T-13', 'only these two'],
      ['kanban run --dry-run', 'see first what would be started'],
    ],
    json: [
      ['at', 'when, in milliseconds since 1970'],
      ['type', 'what happened: `entry-moved`, `run-started`, `run-ended`, `entry-landed`, `person-needed`, …'],
      ['id', 'the task id, where the event is about one'],
      ['…', 'further keys by type, as in `src/event.ts`'],
    ],
    outlivesReader: true,
    load: () => import('./run.ts'),
  },
  {
    name: 'add',
    group: WORK,
    summary: 'Add an entry at the end of TODO',
    args: [{ name: 'title', form: 'required', summary: 'what is to be done, in one line' }],
    options: [
      { flags: '--depends <ids>', summary: 'ids that must have landed first, with commas' },
      { flags: '--files <globs>', summary: 'files that it may change, with commas' },
      { flags: '--priority <priority>', summary: 'P0 (first) to P4' },
      { flags: '--body <text>', summary: 'the text below the title; - reads it from stdin' },
    ],
    examples: [
      ['kanban add "Login crashes on an empty password"', 'it gets the next free id'],
      ['kanban add "Drop lodash" --depends T-10,T-11 --priority P1', 'not before T-10 and T-11 have landed'],
      ['cat issue.md | kanban add "Rate-limit the login" --body -', 'with its text from a file'],
    ],
    load: () => import('./add.ts'),
  },
  {
    name: 'stop',
    group: WORK,
    summary: 'Stop kanban run softly, or one entry; also ends runs that were left alive',
    args: [maybeId],
    options: [{ flags: '--now', summary: 'stop runs at once; their work is kept and no retry is used up' }],
    examples: [
      ['kanban stop', 'start nothing new, let runs finish'],
      ['kanban stop --now', 'end all runs now'],
      ['kanban stop T-12', 'end the run of T-12 and pause it'],
    ],
    load: () => import('./stop.ts'),
  },
  {
    name: 'pause',
    group: WORK,
    summary: 'Stop an entry, or everything, until kanban resume; sessions of the agents are kept',
    args: [maybeId],
    options: [why],
    examples: [
      ['kanban pause T-12', 'its run ends, its work and session are kept; it gets [PAUSED]'],
      ['kanban pause', 'all runs end, nothing starts, moves or lands; it outlives the coordinator'],
    ],
    load: () => import('./pause.ts'),
  },
  {
    name: 'resume',
    group: WORK,
    summary: 'Continue with what was paused; agents continue with their own session where they can',
    args: [maybeId],
    options: [],
    examples: [
      ['kanban resume T-12', 'or delete [PAUSED] in its heading'],
      ['kanban resume', 'after kanban pause, or to try an agent again that is held (a limit of its provider)'],
    ],
    load: () => import('./resume.ts'),
  },
  {
    name: 'inject',
    group: WORK,
    summary: 'Tell the agent of an entry something: at once where it can be told, else in front of its next run',
    args: [id, { name: 'message', form: 'any-number', summary: 'what it is to know' }],
    options: [{ flags: '--priority <priority>', summary: 'high, normal or low: which message it gets first' }],
    examples: [
      ['kanban inject T-12 "the API is frozen: change only the form"', 'says how it reaches the agent'],
      ['kanban inject T-12 "stop and report" --priority high', 'before other messages that wait'],
    ],
    load: () => import('./inject.ts'),
  },
  {
    name: 'attach',
    group: LOOK_COMMANDS,
    summary: 'Follow the run of an entry as readable text until it ends; ending this leaves the run alone',
    args: [{ ...id, summary: 'task id such as T-12, or the id of a run' }],
    options: [{ flags: '--raw', summary: 'what the agent printed, byte by byte' }],
    examples: [
      ['kanban attach T-12', 'what it says and does, from its beginning'],
      ['kanban attach T-12 --raw', 'for a closer look, or into a file'],
    ],
    load: () => import('./attach.ts'),
  },
  {
    name: 'status',
    group: LOOK_COMMANDS,
    summary: 'What is at work, what waits and for what, what needs you (also: plain kanban)',
    args: [],
    options: [{ flags: '--details', summary: 'every entry of TODO on a line of its own' }, json],
    examples: [
      ['kanban', 'the board at a glance'],
      ['kanban status --json', 'for programs'],
    ],
    json: [
      ['version', '1; rises when a key changes its meaning'],
      ['at', 'when it was taken, in milliseconds since 1970, as all times'],
      ['base', '`name`, `sha`, and `checkout`: the folder that has it checked out, or null'],
      ['coordinator', '`pid` and `since` of `kanban run`; null when none is running'],
      ['mode', '`run`, `finish` (ends when its runs have) or `stop`'],
      ['capacity', 'how many runs there may be at once'],
      ['push', 'whether landings are pushed'],
      ['queue', 'the merge queue: `mode` to `remote` of `kanban queue --json`'],
      ['stops', 'what stops everything, a sentence each'],
      ['warnings', 'what else is worth knowing'],
      [
        'today',
        'what agents used since midnight: `input`, `output`, `cached` (tokens), `costUsd`; absent = no agent reported it',
      ],
      ['dayEnds', 'when that day ends'],
      [
        'entries',
        'each with `id` (or null), `key`, `title`, `column`, `tags`, `state`, `reason` (`code` and its data), `why` (the reason as a sentence), `on` (ids it waits for), `until`, `attempts`, `run`, `usage` (`runs`, `untold`, `total`), `messages` that wait, `worktree`',
      ],
      [
        'entries[].state',
        '`running`, `ready`, `waits`, `being-edited`, `waits-for-provider`, `held`, `lands`, `needs-person` or `parked`',
      ],
      [
        'entries[].run',
        'null, or `id`, `taskId`, `role`, `purpose`, `agent`, `state`, `startedAt`, `deadlineAt`, `stopping`, `inject`, `last`, `waiting`, `stalledSince`',
      ],
      ['orphanRuns', 'runs whose entry is not on the board any more, as `run` above'],
    ],
    load: () => import('./status.ts'),
  },
  {
    name: 'queue',
    group: LOOK_COMMANDS,
    summary: 'What is about to land: the batch, the check, what waits, what is held and why, the remote',
    args: [],
    options: [
      { flags: '--log', summary: 'print the output of the check that is on, else of the newest one' },
      { flags: '--limit <count>', summary: 'show at most so many of the newest checks (5; at most 20)', kind: 'count' },
      json,
    ],
    examples: [
      ['kanban queue', 'why something does not land yet, and what to do'],
      ['kanban queue --log', 'what the check has printed'],
      ['kanban queue --json', 'for programs'],
    ],
    json: [
      ['version', '1; rises when a key changes its meaning'],
      ['at', 'when it was taken, in milliseconds since 1970, as all times'],
      ['base', 'as in `kanban status --json`'],
      ['coordinator', '`pid` and `since` of `kanban run`; null when none is running'],
      ['push', 'whether landings are pushed'],
      ['mode', '`serial` or `batch`'],
      ['check', "the check's command; null when none is set"],
      ['size', 'how many landings the next batch may have'],
      ['most', 'how many a batch may have at most'],
      ['batch', 'what is being brought to land, in landing order: each with `id`, `title`, `state`, `why`'],
      ['batch[].state', '`green` (checked in this place), `unchecked`, `suspect` (red with it) or `held`'],
      ['waiting', 'tested, and not in the batch, in order; as `batch`'],
      [
        'running',
        'the check that is on: `id`, `commit`, `entries` (ids on base), `purpose`, `startedAt`, `deadlineAt`, `log`; null',
      ],
      [
        'running.purpose',
        '`first`, `again` (after a red), `control` (of base), `search` (for the culprit) or `confirm` (before it is blamed)',
      ],
      ['held', 'why nothing lands just now; null'],
      ['until', 'when that is looked at again; null'],
      [
        'recent',
        'the newest checks, newest first: `at`, `commit`, `entries`, `outcome`, `detail`, `seconds`, `log` (relative to the root of the repository)',
      ],
      ['recent[].outcome', '`green`, `red`, or `trouble` (it could not be carried out)'],
      ['checks', 'checks that are remembered'],
      ['flakes', 'how many of them were red and then green on the same commit'],
      [
        'remote',
        'null, or `name`, `branch`, `tip`, `fetchedAt`, `away` and `rejected` (in words), `lock` (`us`, who, or null), `pushing`',
      ],
    ],
    load: () => import('./queue.ts'),
  },
  {
    name: 'show',
    group: LOOK_COMMANDS,
    summary: 'One entry: its text, where it stands and why, its runs, the ways on',
    args: [id],
    options: [json],
    examples: [
      ['kanban show T-12', 'all that is known of it; landed ones too'],
      ['kanban show T-12 --json', 'for programs'],
    ],
    json: [
      ['id', 'task id'],
      ['title', 'its title'],
      ['place', '`TODO`, `IN_PROGRESS`, `REVIEW`, `TESTING`, `CHANGELOG` (landed) or `ABANDONED`'],
      ['entry', 'as in `kanban status --json`; null when it is not on the board'],
      ['text', 'its markdown; null when it is not known any more'],
      [
        'runs',
        'oldest first: `id`, `role`, `purpose`, `agent`, `startedAt`, `endedAt`, `cause`, `detail`, `usage`, `outcome`',
      ],
      ['output', 'of the newest run: `run` and its last `lines`; null if there is none'],
      ['branch', 'null, or `name`, `tip`, `worktree` and `commits` over base (`sha`, `subject`), newest first'],
      ['history', 'as `kanban log <id> --json`'],
      ['ways', 'what you can do, as commands to copy'],
    ],
    load: () => import('./show.ts'),
  },
  {
    name: 'log',
    group: LOOK_COMMANDS,
    summary: 'What moved, when and by whom, read from git history; with an id, the life of one entry with its reports',
    args: [maybeId],
    options: [limit, since, json],
    examples: [
      ['kanban log --since 1d', 'the last day'],
      ['kanban log T-12', 'the life of T-12'],
      ['kanban log --json --limit 100', 'for programs'],
    ],
    json: [
      ['commit', 'the commit on base'],
      ['at', 'when, in milliseconds since 1970'],
      ['by', 'who committed it'],
      ['id', 'task id'],
      ['from', 'column; null when the entry stayed where it was'],
      ['to', 'column, `CHANGELOG` or `ABANDONED`; null as above'],
      ['run', 'the run whose result was recorded; null'],
      ['verdict', 'such as `reviewer changes-requested`; null'],
      ['agent', 'such as `reviewer=codex`; null'],
      ['asked', 'who asked for it by a command; null'],
      ['escalated', 'why the user is needed; null'],
      ['undone', 'the landing that it took back; null'],
      ['usage', 'each with `run` (`total`: all runs of a landed entry), `input`, `output`, `cached`, `costUsd`'],
      ['subject', "the commit's subject"],
      ['report', 'the report in the commit, with an id only; null'],
    ],
    load: () => import('./log.ts'),
  },
  {
    name: 'retry',
    group: ENTRY,
    summary: 'Try an escalated entry again where it stands, with a fresh budget',
    args: [id],
    options: [
      { flags: '--fixed', summary: 'you committed the fix in its worktree: continue at the stage that failed' },
      { flags: '--mended', summary: 'the former name of --fixed', hidden: true },
      why,
    ],
    examples: [
      ['kanban retry T-12', 'the agents try again'],
      ['kanban retry T-12 --fixed', 'after your own commit in .worktrees/T-12'],
    ],
    load: () => import('./retry.ts'),
  },
  {
    name: 'rescope',
    group: ENTRY,
    summary: 'Back to TODO on a fresh branch; the old one is kept under refs/kanban/abandoned/',
    args: [id],
    options: [why],
    examples: [['kanban rescope T-12 --why "only the login form"', 'edit its text in TODO.md, too']],
    load: () => import('./rescope.ts'),
  },
  {
    name: 'deprioritize',
    group: ENTRY,
    summary: 'To the bottom of TODO, with the blocker noted',
    args: [id],
    options: [why],
    examples: [['kanban deprioritize T-12 --why "waits for the new API"', 'it is picked again when the rest is done']],
    load: () => import('./deprioritize.ts'),
  },
  {
    name: 'abandon',
    group: ENTRY,
    summary: 'Off the board for good, with the reason in CHANGELOG.md; its branch is kept',
    args: [id],
    options: [{ ...why, summary: 'the reason, for CHANGELOG.md', required: true }],
    examples: [['kanban abandon T-12 --why "not needed any more"', '']],
    load: () => import('./abandon.ts'),
  },
  {
    name: 'undo',
    group: ENTRY,
    summary: 'Take a landing back: its code and CHANGELOG line go, the entry stands on top of TODO again',
    args: [id],
    options: [{ ...why, summary: 'the reason, which whoever tries again is given', required: true }],
    examples: [['kanban undo T-12 --why "it locks everybody out"', 'one commit, as git revert would make it']],
    load: () => import('./undo.ts'),
  },
  {
    name: 'approve',
    group: ENTRY,
    summary: 'Let an entry that waits with [APPROVE] continue',
    args: [id],
    options: [why],
    examples: [['kanban approve T-12', 'start or land it']],
    load: () => import('./approve.ts'),
  },
  {
    name: 'init',
    group: SETUP,
    summary: 'Write what a repository needs for kanban; changes nothing that exists, commits nothing',
    args: [],
    options: [
      { flags: '--agent <name>', summary: 'who does the work: shell, or an agent CLI that is installed' },
      {
        flags: '--base <branch>',
        summary:
          'branch that tasks start from and land on; one beside the default branch is made, with a worktree of its own for the board',
      },
      { flags: '--guard', summary: 'install a pre-push hook: base moves on the remote only through the merge queue' },
      { flags: '--dry-run', summary: 'only say what would be made and written' },
      json,
    ],
    examples: [
      ['kanban init', 'then commit what it wrote, and kanban run'],
      ['kanban init --base agents', 'where main is protected: work on a branch of its own, for one pull request'],
      ['kanban init --guard', 'a plain git push no longer takes your own commits on base along'],
    ],
    json: [
      ['dryRun', 'whether nothing was written'],
      ['made', 'branch, worktree, hook and git config, in words'],
      ['written', 'files, each with `path` and `how`: `new` or `appended`'],
      ['kept', 'files that were there already'],
      ['found', 'what was read off the repository, in words'],
      ['nextSteps', 'commands and advice, in their order'],
    ],
    load: () => import('./init-command.ts'),
  },
  {
    name: 'preflight',
    group: SETUP,
    summary: 'List every problem that stops or holds the work, each with its fix; exit code 3 if something stops all',
    args: [],
    options: [json],
    examples: [['kanban preflight', 'before the first kanban run']],
    json: findings,
    load: () => import('./preflight.ts'),
  },
  {
    name: 'doctor',
    group: SETUP,
    summary:
      'Preflight, and: agents with their logins, containment, left-overs with their sizes, rescued and abandoned work',
    args: [{ name: 'agent', form: 'any-number', summary: 'with --probe: only these agents' }],
    options: [
      { flags: '--fix', summary: 'fix what can be fixed without asking' },
      {
        flags: '--probe',
        summary: 'prove each agent in a scratch worktree: a file, a commit, a report (costs a few tokens)',
      },
      json,
    ],
    examples: [
      ['kanban doctor', 'when something is odd'],
      ['kanban doctor --probe', 'can the agents of the roles work unattended?'],
      ['kanban doctor --probe claude codex', 'can these two?'],
    ],
    json: [
      ['findings', 'as `kanban preflight --json`'],
      ['containment', 'how processes of a run are held together, in words'],
      [
        'agents',
        'installed or named in the settings: `name`, `kind`, `roles`, `program`, `found` (path or null), `version`, `login` (`login`, `key`, `nothing` or null), `unnamedKeys`, `needsNode`, `permissions`',
      ],
      ['probes', 'with --probe: `agent`, `ok`, `seconds`, `what`, `tail`'],
      ['leftovers', 'each with `kind`, `name`, `what`, `size` (KiB or null), `hint`'],
      ['fixed', 'what --fix fixed'],
    ],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'demo',
    group: SETUP,
    summary: 'Watch it work on a small repository made for it; leaves nothing behind',
    args: [],
    options: [
      { flags: '--fast', summary: 'without the pauses that let eyes follow' },
      { flags: '--keep', summary: 'keep the repository, to look around in' },
    ],
    outlivesReader: true,
    examples: [['kanban demo', 'about a minute and a half; no keys, no network']],
    load: () => import('./demo/demo.ts'),
  },
  {
    name: 'mcp-report',
    group: INNER,
    hidden: true,
    summary: 'The MCP server with the tool `report`, on stdio, as kanban gives it to agents',
    args: [],
    options: [
      { flags: '--role <role>', summary: 'task, reviewer or tester', required: true },
      { flags: '--report <path>', summary: 'the file that the report is written to, absolute', required: true },
    ],
    examples: [['kanban mcp-report --role task --report /tmp/report.md', 'an MCP client talks to it']],
    load: () => import('./mcp-report.ts'),
  },
];

/** The head of `kanban --help`. */
export const ABOUT =
  'A kanban of plain markdown files, worked by coding agents: reviewed, tested and landed on your branch.';

/** First examples in `kanban --help`. */
export const EXAMPLES: readonly (readonly [command: string, what: string])[] = [
  ['kanban init', 'set a repository up'],
  ['kanban add "Drop lodash"', 'or write an entry into board/TODO.md'],
  ['kanban run', 'let agents work, and watch'],
  ['kanban', 'what is at work, what waits, what needs you'],
];

/** How `kanban --help` ends. */
export const WHEN_STUCK: readonly (readonly [command: string, what: string])[] = [
  ['kanban', 'says what waits and for what, and which commands help'],
  ['kanban show T-12', 'one entry: why it stands where it stands, and the ways on'],
  ['kanban doctor', 'checks everything and says how to fix it'],
  ['kanban stop --now', 'ends every run; its work is kept'],
  ['git log --first-parent', 'every move is a commit: it reads well without this tool'],
];

export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'a bug in kanban; it says how to report it'],
  ['2', 'wrong usage, or settings or board can not be read, or what was asked can not be done'],
  ['3', 'preflight failed'],
  ['4', 'ended with entries left that need the user'],
  ['130', 'interrupted'],
];
