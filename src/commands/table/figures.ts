import type { CommandSpec } from '../program/command.ts';
import { json, since } from './shared.ts';

const GROUP = 'Look';

/** Commands that count. */
export const FIGURES_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'metrics',
    group: GROUP,
    summary: 'Count from git history how fast and how well work lands, and what it costs; the same in every clone',
    args: [],
    options: [
      since,
      { flags: '--by <group>', summary: 'a row for each', choices: ['agent', 'role', 'week'] },
      { flags: '--format <format>', summary: 'text unless given', choices: ['text', 'json', 'prometheus'] },
      json,
    ],
    examples: [
      ['kanban metrics --since 30d', 'the last month, with a bar for each week'],
      ['kanban metrics --by agent --json', 'for programs'],
      ['kanban metrics --format prometheus', 'for a textfile collector; how the board stands now is in it too'],
    ],
    json: [
      ['version', 'rises when a key changes its meaning'],
      ['base', 'the branch that is counted'],
      ['commit', 'its newest commit; `commits`: how many there are'],
      ['since', 'the period: to `until`; null: nothing has happened yet'],
      ['total', 'the figures of the period; times are seconds'],
      ['total.landed', 'landings, those of `byHand` among them; `abandoned`, `undone`; `perDay`: landings a day'],
      ['total.cycle', 'from the first start to the landing: `count`, `sum`, `p50`, `p90` (null: none)'],
      ['total.columns', 'the same for the time in each column'],
      ['total.queueWait', 'the same from the test to the landing'],
      ['total.reviews', 'for each landing; null'],
      ['total.firstPass', 'share of landings that nothing sent back, 0 to 1; null'],
      [
        'total.retries',
        'runs of a role that had run before for their entry, whether that has ended or not; `escalations`',
      ],
      [
        'total.runs',
        '`count`, `failed` (their result was not accepted), `seconds`, `waited` (for the provider), both as `total.cycle`; `within`: how many took at most so many seconds; `causes`: how many of each `role` and `agent` ended with a `cause`, a verdict such as `done`, or `timed-out`, `stalled`, `not-accepted` …',
      ],
      ['total.cost', '`usd`, `tokens`, `usdPerLanding`; null: no agent reported it'],
      ['total.parallelism', 'entries in work at the same time; null'],
      [
        'total.estimate',
        'of landings with an `estimate`: the time from the first start to the landing, divided by the estimate; as `total.cycle`',
      ],
      [
        'weeks',
        'the same figures for each week of the calendar (ISO 8601, UTC), also for those without work: `name` (`2026-W45`) and `from` (its Monday)',
      ],
      ['by', 'the group that was asked for; null'],
      ['groups', 'the same figures for each, by `name`; an entry counts for every agent or role that worked on it'],
      [
        'history',
        'the last 100 entries that ended, newest first: `id`, `title` (null: nothing tells it), `how` (`landed`, `by-hand`, `abandoned`, `undone`, `failed`), `at`, `seconds`, `runs`, `usd` (null: no agent reported it)',
      ],
      [
        'events',
        'from the log of events in `.kanban/`, which only the checkout of `kanban run` has; null: it has nothing of the period. `since` and `until`: what it has',
      ],
      [
        'events.messages',
        'for `high`, `normal` and `low`: `sent`, `latency` until an agent had it (seconds, as `total.cycle`), `deepest`: how many waited at once',
      ],
      [
        'events.restarts',
        'runs that ended before their work, by no verdict and not by the user: `count`, `perHour`, `causes`',
      ],
      ['events.checks', 'of the merge queue: `count`, `failed`, `errors`, `latency` (seconds, as `total.cycle`)'],
      [
        'events.contention',
        '`culprits`: entries that the check sent back; `held`: times for which landings were held (seconds, as `total.cycle`)',
      ],
    ],
    load: () => import('../metrics.ts'),
  },
  {
    name: 'alerts',
    group: GROUP,
    summary: 'List the alerts: figures that passed a limit of `alerts` in WORKFLOW.md; --follow forwards them',
    args: [],
    options: [
      { flags: '--limit <count>', short: 'n', summary: 'number of newest to show (default 20)', kind: 'count' },
      { flags: '--follow', short: 'f', summary: 'print those to come as well, until Ctrl-C' },
      json,
    ],
    examples: [
      ['kanban alerts', 'what went wrong lately'],
      ['kanban alerts --follow --json | my-forwarder', 'a line of JSON for each'],
    ],
    json: [
      ['id', 'of the event in the log'],
      ['at', 'when, in milliseconds since 1970'],
      ['type', '`alert`, or `alert-over`: the figure is below its limit again'],
      [
        'alert',
        '`stalled`, `restarts`, `failed-landings`, `cost`, `no-landing`, `queue-age`, `queue-held` or `provider`',
      ],
      [
        'value',
        'a count, US dollars or milliseconds; `limit`: what it passed; `within`: the time that it is counted over (ms), or null',
      ],
      ['why', 'the same as a sentence'],
      ['seconds', 'of `alert-over`: how long it was above'],
    ],
    load: () => import('../alerts.ts'),
  },
];
