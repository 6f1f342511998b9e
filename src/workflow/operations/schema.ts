import * as z from 'zod';
import { parseDuration } from '../duration.ts';
import { parseSize } from '../size.ts';
import { duration, group, oneOf, setting, text } from '../schema-parts.ts';
import { envSetting } from '../values.ts';
import { ALERT_NAMES, DEFAULT_ALERTS } from './alert-table.ts';
import * as messages from './messages.ts';

/** What a target of `notify` may ask for. */
export const NOTIFY_EVENTS = ['needs-person', 'alert', 'landed', 'moved', 'ended'] as const;

const VARIABLE = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})$/;

/** `$NAME`; read as `NAME`. The value of the variable is read where it is used, and kept nowhere. */
const variable = z
  .union([z.string(), z.null()])
  .transform((written, ctx) => {
    if (written === null || written === '') return null;
    const [, plain, braced] = VARIABLE.exec(written) ?? [];
    if (plain ?? braced) return plain ?? braced ?? null;
    ctx.addIssue({ code: 'custom', message: messages.MUST_NAME_A_VARIABLE });
    return z.NEVER;
  })
  .meta({ expects: 'the name of an environment variable, `$NAME`', kind: 'secret' });

const events = z
  .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(oneOf(NOTIFY_EVENTS)).min(1))
  .meta({ expects: `a list of ${NOTIFY_EVENTS.map((name) => `\`${name}\``).join(', ')}` });

const target = z
  .strictObject({
    to: setting(
      oneOf(['command', 'slack', 'ntfy', 'json']),
      'command',
      '`command`: a program of yours; `slack`: an incoming webhook; `ntfy`: a topic; `json`: a signed webhook (Standard Webhooks).',
    ),
    run: setting(text, '', 'Command for `to: command`; it gets the event as JSON on stdin.'),
    env: setting(envSetting, [], 'Further environment of the command, as under `roles`.'),
    url: setting(variable, '', 'Variable with the address of the webhook or topic.'),
    secret: setting(variable, '', 'Variable with the key that signs the requests of `to: json`.'),
    token: setting(variable, '', 'Variable with the access token of `to: ntfy` or `to: json`, sent as a bearer token.'),
    on: setting(
      events,
      ['needs-person', 'alert'],
      'Events that are sent. `needs-person`: an entry needs you, or something has waited for a minute; `alert`: see `alerts`; `landed`; `moved`: an entry changed column; `ended`: `kanban run` has ended.',
    ),
  })
  .meta({ expects: 'a map with `run`, or with `to` and `url`' });

export const notify = setting(
  z
    .preprocess(
      (value) => (typeof value === 'string' ? (value.trim() === '' ? [] : [{ run: value }]) : value),
      z.array(target),
    )
    .meta({ expects: 'a command, or a list of targets' }),
  '',
  'Who is notified when the user is needed: a command that gets the event as JSON on stdin, or a list of targets: docs/notifications.md.',
);

const amount = z
  .union([z.number().min(0), z.literal('none'), z.null()])
  .transform((value) => (value === 'none' ? null : value))
  .meta({ expects: 'a number from 0' });

const time = z.union([z.literal('none').transform(() => null), z.null(), duration('1s')]).meta({
  expects: 'a duration such as `30m` or `2h`',
  kind: 'duration',
});

const alert = z
  .strictObject({
    when: oneOf(ALERT_NAMES).meta({
      description:
        'Figure. Counts: `stalled`: runs that do nothing (0); `restarts`: runs that ended before their work was done (3 in 1h); `failed-landings` in a row (2); `cost` of today in US dollars. Times: `no-landing` while runs are active (6h); `queue-age` of the oldest entry in the merge queue (2h); `queue-held` (30m); `provider`: agents wait for theirs (30m).',
    }),
    over: setting(amount, 'none', 'For counts: alert above this.'),
    for: setting(time, 'none', 'For times: alert after this.'),
    within: setting(time, 'none', 'Time that `restarts` are counted over.'),
  })
  .meta({ expects: 'the name of an alert, or a map with `when`' });

const named = (name: unknown): unknown => (typeof name === 'string' ? { when: name } : name);

export const alerts = setting(
  z
    .preprocess((value) => {
      if (value === 'none' || value === null) return [];
      if (value === 'default') return DEFAULT_ALERTS.map(named);
      return Array.isArray(value) ? value.map(named) : value;
    }, z.array(alert))
    .meta({ expects: '`default`, `none` or a list of alerts' }),
  'default',
  'Figures that are reported once when they pass a limit: `default` (all but `cost`), `none`, or a list: docs/notifications.md.',
);

/** Beyond what a timer can wait for: it is compared with dates. */
const MAX_KEPT_MS = 100 * 365 * 24 * 3_600_000;

const keptTime = z
  .union([z.string(), z.null()])
  .transform((written, ctx) => {
    if (written === null || written === 'none') return null;
    const value = parseDuration(written, MAX_KEPT_MS);
    if (value !== null) return value;
    ctx.addIssue({ code: 'custom', message: '' });
    return z.NEVER;
  })
  .meta({ expects: 'a duration such as `14d` or `12h`, or `none`', kind: 'duration' });

const size = z
  .union([z.string(), z.null()])
  .transform((written, ctx) => {
    if (written === null || written === 'none') return null;
    const value = parseSize(written);
    if (value !== null && value >= MIN_SIZE) return value;
    ctx.addIssue({ code: 'custom', message: value === null ? '' : messages.MUST_BE_A_MEGABYTE });
    return z.NEVER;
  })
  .meta({ expects: 'a size such as `64MB` or `1.5GB`, or `none`' });

const MIN_SIZE = 2 ** 20;

export const keep = group(
  {
    runs: setting(
      keptTime,
      '14d',
      'How long the folder of a run (log, report, result) is kept after the run was recorded. While its entry is on the board, or has a branch, it is always kept.',
    ),
    size: setting(size, '1GB', 'What these folders may hold together; beyond it the oldest go first.'),
    events: setting(size, '64MB', 'What the log of events may hold, in files of at most 16 MB; the oldest go first.'),
  },
  'What is kept in `.kanban/`. Git keeps the history, reports included: no figure and no landing depends on these files.',
);
