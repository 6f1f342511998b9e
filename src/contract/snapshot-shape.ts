import { HOOK_PHASES, type Usage } from './agent-event.ts';
import { COLUMNS, TAGS } from '../board/entry.ts';
import { ROLES } from '../workflow/roles.ts';
import {
  amount,
  flag,
  guard,
  list,
  nullOr,
  number,
  object,
  oneOf,
  optional,
  pid,
  text,
  time,
  type Shape,
} from './shape.ts';
import type { EntriesPatch } from './snapshot-change.ts';
import type { EntryChange, SnapshotHead } from './snapshot-files.ts';
import type {
  Snapshot,
  SnapshotCheck,
  SnapshotChecked,
  SnapshotEntry,
  SnapshotQueue,
  SnapshotQueued,
  SnapshotRemote,
  SnapshotRun,
  SnapshotWarning,
} from './snapshot.ts';

// The shape of a snapshot that lay on the disk: what does not fit is looked at again.

/** Like `object`; no key of the type can be forgotten. */
const whole = <T>(shapes: Readonly<Record<keyof T, Shape>>): Shape => object(shapes);

const line = text();
/** Texts and numbers under names that are not known beforehand. */
const record =
  (shape: Shape): Shape =>
  (value) =>
    object({})(value) && Object.values(value as object).every((item) => shape(item));
const usage = whole<Usage>({
  input: optional(amount),
  output: optional(amount),
  cached: optional(amount),
  costUsd: optional(amount),
});
const reason = nullOr(object({ code: line }));
const names = list(line);

const queued = whole<SnapshotQueued>({
  ...{ id: line, title: line, state: oneOf('green', 'unchecked', 'suspect', 'held'), reason, why: line },
});
const check = whole<SnapshotCheck>({
  ...{ id: line, commit: line, entries: names, startedAt: time, deadlineAt: time, log: line },
  purpose: oneOf('first', 'again', 'control', 'search', 'confirm'),
  hook: optional(oneOf(...HOOK_PHASES)),
});
const checked = whole<SnapshotChecked>({
  ...{ at: time, commit: line, entries: names, detail: line, seconds: number, log: line },
  outcome: oneOf('green', 'red', 'error'),
});
const remote = whole<SnapshotRemote>({
  ...{ name: line, branch: line, tip: nullOr(line), fetchedAt: nullOr(time), away: nullOr(line), reason },
  ...{ rejected: nullOr(line), lock: nullOr(line), pushing: flag },
});
const queue = whole<SnapshotQueue>({
  ...{ mode: oneOf('serial', 'batch'), check: nullOr(line), size: amount, most: amount },
  ...{ batch: list(queued), waiting: list(queued), running: nullOr(check), held: nullOr(line), reason },
  ...{ until: nullOr(time), recent: list(checked), checks: amount, flakes: amount, remote: nullOr(remote) },
});

const run = whole<SnapshotRun>({
  ...{ id: line, taskId: line, role: oneOf(...ROLES), purpose: oneOf('work', 'mend'), agent: line },
  ...{ state: oneOf('starting', 'alive', 'ended', 'foreign'), startedAt: time, deadlineAt: time, stopping: flag },
  ...{ lost: flag, inject: oneOf('live', 'resume', 'restart', 'none'), last: line, stalledSince: nullOr(time) },
  waiting: nullOr(object({ until: nullOr(time), why: line })),
});
/** Is it an entry of a snapshot, whole? */
export const isSnapshotEntry = guard<SnapshotEntry>(
  whole<SnapshotEntry>({
    ...{
      id: nullOr(line),
      key: line,
      title: line,
      column: oneOf(...COLUMNS),
      tags: list(oneOf(...TAGS)),
      reason,
      why: line,
    },
    state: oneOf(
      ...['running', 'ready', 'waits', 'being-edited', 'waits-for-provider', 'held', 'lands', 'needs-person', 'parked'],
    ),
    ...{ on: names, until: nullOr(time), attempts: record(amount), run: nullOr(run), messages: amount },
    usage: nullOr(object({ runs: amount, untold: amount, total: usage })),
    worktree: nullOr(line),
    depends: list(object({ id: line, state: oneOf('landed', 'open', 'parked', 'abandoned', 'unknown') })),
    ...{
      priority: amount,
      files: names,
      agent: nullOr(line),
      since: nullOr(time),
      feedback: nullOr(line),
      ways: names,
    },
    ...{ criteria: object({ done: amount, all: amount }), parked: nullOr(line), was: optional(line) },
    ...{ estimate: optional(nullOr(line)), startedAt: optional(nullOr(time)) },
  }),
);

/** Is it a line of the changes of entries? */
export const isEntryChange = guard<EntryChange>(
  whole<EntryChange>({
    ...{ generation: amount, seq: amount, from: amount },
    patch: whole<EntriesPatch>({
      entries: optional(record(isSnapshotEntry)),
      gone: optional(names),
      order: optional(names),
    }),
  }),
);

const warning = whole<SnapshotWarning>({
  text: line,
  entries: names,
  level: optional(oneOf('stops', 'holds', 'info')),
});

/** Is it a snapshot, whole but for its entries, as this version writes it? */
export const isSnapshotHead = guard<SnapshotHead>(
  whole<SnapshotHead>({
    ...{ version: oneOf(2), at: time, mode: oneOf('run', 'finish', 'stop'), capacity: amount, push: flag, queue },
    base: object({ name: line, sha: line, checkout: nullOr(line) }),
    coordinator: nullOr(object({ pid, since: time })),
    ...{ stops: names, warnings: names, warningDetails: list(warning) },
    alerts: optional(list(object({ since: time, why: line }))),
    ...{ today: usage, dayEnds: time, orphanRuns: list(run) },
  }),
);

/** Is it a snapshot, whole, as this version writes it? */
export const isSnapshot = guard<Snapshot>(
  (value) => isSnapshotHead(value) && object({ entries: list(isSnapshotEntry) })(value),
);
