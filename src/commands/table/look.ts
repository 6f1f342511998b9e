import type { Column, Tag } from '../../board/entry.ts';
import type { EntryState } from '../../contract/snapshot.ts';
import type { CommandSpec } from '../program/command.ts';
import { json, maybeId, since } from './shared.ts';

const GROUP = 'Look';

/** Stand here and not in the board's modules: `kanban --help` loads nothing else. */
const COLUMNS = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'] as const satisfies readonly Column[];
const TAGS = ['RETRY', 'ESCALATED', 'PAUSED', 'APPROVE'] as const satisfies readonly Tag[];
const STATES = [
  ...(['running', 'ready', 'waits', 'being-edited', 'waits-for-provider'] as const),
  ...(['held', 'lands', 'needs-person', 'parked'] as const),
] satisfies readonly EntryState[];

/** Commands that show what is there. */
export const LOOK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'attach',
    group: GROUP,
    summary: 'Follow the run of an entry, or all runs, as text until they end; interrupting this does not stop a run',
    args: [{ ...maybeId, summary: 'task id such as T-12, or the id of a run; all active runs unless given' }],
    options: [
      {
        flags: '--follow',
        short: 'f',
        summary:
          'later runs as well: of an entry until it lands or needs you (exit code 4), without an id until Ctrl-C',
      },
      { flags: '--raw', summary: 'what the agent printed, byte by byte; with an id' },
    ],
    examples: [
      ['kanban attach T-12', 'what it says and does, from its beginning'],
      ['kanban attach T-12 --follow', 'through review and tests, until it has landed'],
      ['kanban attach --follow', 'everything that happens, each line with its entry'],
      ['kanban attach T-12 --raw', 'for a closer look, or into a file'],
    ],
    load: () => import('../attach.ts'),
  },
  {
    name: 'status',
    group: GROUP,
    summary: 'Show what is in work, what waits and for what, what needs you (same as plain kanban)',
    args: [],
    options: [
      { flags: '--details', short: 'd', summary: 'list every entry of TODO' },
      { flags: '--watch', short: 'w', summary: 'redraw it whenever it changes, until Ctrl-C', conflicts: ['--json'] },
      {
        flags: '--column <columns>',
        short: 'c',
        summary: 'only entries of these columns, separated by commas',
        kind: 'list',
        choices: COLUMNS,
      },
      {
        flags: '--state <states>',
        short: 's',
        summary: 'only entries in these states (entries[].state of --json)',
        kind: 'list',
        choices: STATES,
      },
      {
        flags: '--agent <names>',
        short: 'a',
        completes: 'agents',
        summary: 'only entries that one of these agents works on, or would work on next',
        kind: 'list',
      },
      {
        flags: '--tag <tags>',
        short: 't',
        summary: 'only entries with one of these tags',
        kind: 'list',
        choices: TAGS,
      },
      json,
    ],
    examples: [
      ['kanban', 'the board at a glance'],
      ['kanban status --watch', 'on a second screen'],
      ['kanban status --column todo --state ready,held', 'what is picked next, and what holds the rest'],
      ['kanban status --json', 'for programs'],
    ],
    json: [
      ['version', '2; rises when a key changes its meaning'],
      ['at', 'when it was taken, in milliseconds since 1970, as all times'],
      ['base', '`name`, `sha`, and `checkout`: the folder that has it checked out, or null'],
      ['coordinator', '`pid` and `since` of `kanban run`; null when none is running'],
      ['mode', '`run`, `finish` (ends when its runs have) or `stop`'],
      ['capacity', 'how many runs there may be at once'],
      ['push', 'whether landings are pushed'],
      ['queue', 'the merge queue: `mode` to `remote` of `kanban queue --json`'],
      ['stops', 'what stops everything, a sentence each'],
      ['warnings', 'what else is worth knowing'],
      ['alerts', 'figures above their limit, as in `kanban alerts`, each with `since`; absent without a coordinator'],
      [
        'warningDetails',
        'the same, each with `text`, `entries` (the keys of the entries whose reason it is) and, of a problem of the files, `level`: `stops`, `holds` or `info`',
      ],
      [
        'today',
        'what agents used since midnight: `input`, `output`, `cached` (tokens), `costUsd`; absent = no agent reported it',
      ],
      ['dayEnds', 'when that day ends'],
      [
        'entries',
        'each with `id` (or null), `key`, `title`, `column`, `tags`, `state`, `reason` (`code` and its data), `why` (the reason as a sentence), `on` (ids it waits for), `until`, `attempts`, `run`, `usage` (`runs`, `untold`, `total`), `messages` that wait, `worktree`, `depends`, `priority` (0 to 4), `files` (globs), `agent` (of its field, or null), `criteria` (`done`, `all`), `estimate` (its field as written, or null), `startedAt` (when it left TODO first, or null), `since` (when it came into its column, or null), `feedback`, `ways` (commands that resolve it where it needs you), `parked` (the heading it is parked under, or null), `was` (names its text, for requests)',
      ],
      ['entries[].depends', 'each with `id` and `state`: `landed`, `open`, `parked`, `abandoned` or `unknown`'],
      [
        'entries[].state',
        '`running`, `ready` (it starts next, or once there is a place), `waits` (for other entries or a time), `being-edited`, `waits-for-provider`, `held`, `lands`, `needs-person` or `parked`',
      ],
      [
        'entries[].run',
        'null, or `id`, `taskId`, `role`, `purpose`, `agent`, `state`, `startedAt`, `deadlineAt`, `stopping`, `lost`, `inject`, `last`, `waiting`, `stalledSince`',
      ],
      ['orphanRuns', 'runs whose entry is not on the board any more, as `run` above'],
    ],
    load: () => import('../status.ts'),
  },
  {
    name: 'queue',
    group: GROUP,
    summary: 'Show what is about to land: the batch, the check, what waits or is held and why, the remote',
    args: [],
    options: [
      {
        flags: '--log',
        summary: 'print the output of the running check, else of the newest one',
        conflicts: ['--json', '--limit'],
      },
      {
        flags: '--limit <count>',
        short: 'n',
        summary: 'number of newest checks to show (default 5, at most 20)',
        kind: 'count',
        most: 20,
      },
      {
        flags: '--metrics',
        summary: 'print figures instead: depth, landings an hour, wait, checks, contention',
        conflicts: ['--log', '--limit'],
      },
      { ...since, summary: 'with --metrics: only what is newer (default 30d)', needs: '--metrics' },
      json,
    ],
    examples: [
      ['kanban queue', 'why something does not land yet, and what to do'],
      ['kanban queue --log', 'what the check has printed'],
      ['kanban queue --json', 'for programs'],
      ['kanban queue --metrics --since 7d', 'how fast work lands, and what keeps it'],
    ],
    json: [
      ['version', '2; rises when a key changes its meaning'],
      ['at', 'when it was taken, in milliseconds since 1970, as all times'],
      ['base', 'as in `kanban status --json`'],
      ['coordinator', '`pid` and `since` of `kanban run`; null when none is running'],
      ['push', 'whether landings are pushed'],
      ['mode', '`serial` or `batch`'],
      ['check', "the check's command; null when none is set"],
      ['size', 'how many landings the next batch may have'],
      ['most', 'how many a batch may have at most'],
      [
        'batch',
        'what is being brought to land, in landing order: each with `id`, `title`, `state`, `reason` (`code`, or null), `why`',
      ],
      ['batch[].state', '`green` (checked in this place), `unchecked`, `suspect` (the check fails with it) or `held`'],
      ['waiting', 'tested, and not in the batch, in order; as `batch`'],
      [
        'running',
        'the running check: `id`, `commit`, `entries` (ids on base), `purpose`, `startedAt`, `deadlineAt`, `log`, and, while a hook runs before its command, `hook`; null',
      ],
      [
        'running.purpose',
        '`first`, `again` (after a failure), `control` (of base), `search` (for the culprit) or `confirm` (the culprit)',
      ],
      ['held', 'why nothing lands just now; null'],
      ['reason', 'the same as data: `code` and what belongs to it; null'],
      ['until', 'when that is looked at again; null'],
      [
        'recent',
        'the newest checks, newest first: `at`, `commit`, `entries`, `outcome`, `detail`, `seconds`, `log` (relative to the root of the repository)',
      ],
      ['recent[].outcome', '`green`, `red`, or `error` (it could not be carried out)'],
      ['checks', 'checks that are remembered'],
      ['flakes', 'how many of them failed and then passed on the same commit'],
      [
        'remote',
        'null, or `name`, `branch`, `tip`, `fetchedAt`, `away` (a sentence) with its `reason`, `rejected` (a sentence), `lock` (`us`, who, or null), `pushing`',
      ],
      [
        'depth',
        'with `--metrics` these keys instead, besides `version` (1), `base` and the period (`since`, `until`): entries in the `queue` now, and in the `batch`',
      ],
      ['throughput', '`landed`, and `perHour`'],
      ['wait', 'from the test to the landing, in seconds: `count`, `sum`, `p50`, `p90`'],
      ['checks', 'as `events.checks` of `kanban metrics --json`'],
      ['contention', 'as `events.contention` of `kanban metrics --json`'],
    ],
    load: () => import('../queue.ts'),
  },
  {
    name: 'summary',
    group: GROUP,
    summary: 'Sum up what landed, what failed, what waits and what it cost: the page to read in the morning',
    args: [],
    options: [{ ...since, summary: 'how far back: 10h (12h unless given), 3d, or a date such as 2026-11-20' }, json],
    examples: [
      ['kanban summary', 'the last twelve hours'],
      ['kanban summary --since 7d --json', 'the week, for programs'],
    ],
    json: [
      ['since', 'the beginning of the period'],
      ['at', 'its end: now'],
      [
        'landed',
        'newest first, each with `id`, `title`, `at`, `commit`, `total` (what all its runs used, or null) and the keys below',
      ],
      [
        'landed[].usage',
        'what its runs used that ended in the period: `input`, `output`, `cached`, `costUsd`, as far as reported',
      ],
      ['landed[].runs', 'how many these are'],
      [
        'failed',
        'a stage failed (a review that asks for changes has not) and it is on the board still; `state` is `needs-person` where it needs you: `id`, `title`, `failures`, `verdict` (of the newest), `why`, `column` and `state` (null: off the board), `ways`, `usage`, `runs`',
      ],
      [
        'waiting',
        'needs you, or is held, and none of its stages failed in the period: `id`, `title`, `column`, `state`, `why`, `ways`, `usage`, `runs`',
      ],
      ['undone', 'landings that were taken back: `id`, `title`, `usage`, `runs`'],
      ['abandoned', 'as `undone`'],
      ['inWork', 'as `undone`'],
      ['usage', 'of all runs that ended in the period'],
      ['runs', 'how many these are'],
      [
        'recorded',
        'those of `runs` whose result a commit has recorded, which `kanban metrics` counts; the others were stopped or lost, could not start, or wait to be recorded',
      ],
    ],
    load: () => import('../summary.ts'),
  },
];
