import picocolors from 'picocolors';
import type { Snapshot, SnapshotChecked, SnapshotQueue, SnapshotQueued } from '../../contract/snapshot.ts';
import { boxed, labelled, layOut, MARGIN, painted } from '../layout.ts';
import { hookText } from '../agent-line.ts';
import { plain } from '../plain.ts';
import { adviceFor, REFUSED } from './advice.ts';
import { besides, flakes, heldBy, modeText, OUTCOME, standing, stateOf } from './standing.ts';
import { onBase, PURPOSE, queueOf, shownIn, someIds, took } from './words.ts';
import type { Row } from '../rows.ts';
import { span, type Clock } from '../span.ts';
import { pushText, whoRuns } from '../status.ts';
import { cut, displayWidth, fit, wrap } from '../width.ts';

export interface QueueOptions {
  /** Epoch ms. */
  readonly now: number;
  /** Columns of the terminal; null = no terminal, nothing is cut. */
  readonly width: number | null;
  readonly colour: boolean;
  readonly clock: Clock;
  /** Recent checks: at most so many. */
  readonly limit: number;
}

interface Drawing extends QueueOptions {
  readonly snapshot: Snapshot;
  readonly queue: SnapshotQueue;
  /** Columns beside the margin. */
  readonly room: number;
}

/**
 * What `kanban queue` prints: what holds it up and how to fix it, the active check, what is in the batch, what waits,
 * the remote, the newest checks. Ends with a line break.
 */
export function renderQueue(snapshot: Snapshot, options: QueueOptions): string {
  const { width, colour, now } = options;
  const head = [...whoRuns(snapshot, now), modeText(queueOf(snapshot)), pushText(snapshot)];
  const strong = picocolors.createColors(colour).bold;
  const lines = wrap(head, ' · ', width ?? Number.POSITIVE_INFINITY).map((line) => strong(line));
  return `${[...lines, ...queueLines(snapshot, options)].join('\n')}\n`;
}

/** The same without the line that says who runs. */
export function queueLines(snapshot: Snapshot, options: QueueOptions): string[] {
  const room = (options.width ?? Number.POSITIVE_INFINITY) - MARGIN;
  const queue = queueOf(snapshot);
  const drawing: Drawing = { ...options, snapshot, queue, room };
  const isEmpty = queue.batch.length === 0 && queue.waiting.length === 0;
  return [
    ...held(drawing),
    ...labelled('check', check(drawing)),
    ...tasks(drawing),
    ...remote(drawing),
    ...labelled('checks', recent(drawing)),
    ...(isEmpty ? ['(nothing waits to land)'] : []),
  ];
}

function held({ snapshot, queue, room, now, clock, colour }: Drawing): string[] {
  const { base, stops } = snapshot;
  const why = heldBy({ snapshot, queue });
  const others = queue.reason?.code === 'stopped' ? stops.slice(1) : stops;
  const isSoon = queue.until === null || queue.until - now < SOON_MS;
  const again = isSoon ? '' : ` (looked at again at ${clock(queue.until)})`;
  const names = { base: base.name, remote: queue.remote?.name ?? null };
  const advice = queue.reason === null ? null : adviceFor(queue.reason, names);
  const yellow = picocolors.createColors(colour).yellow;
  return [
    ...others.flatMap((stop) => labelled('all waits', boxed(stop, room))),
    ...labelled('held', [...(why === null ? [] : boxed(`${why}${again}`, room)), ...prose(advice, room)]),
  ].map((line) => yellow(line));
}

/** ms; what is looked at again before that needs no word. */
const SOON_MS = 60_000;

/** The active check, or what it would be. */
function check({ snapshot, queue, room, now }: Drawing): string[] {
  const { running, check: command } = queue;
  if (running === null) {
    if (command === null)
      return joined(['none is set (merge_queue.check): what the tester passed lands as it is'], room);
    return joined([cut(plain(command), Math.min(room, COMMAND)), 'nothing is being checked'], room);
  }
  const purpose = PURPOSE[running.purpose];
  const what = `checking ${onBase(running.entries, snapshot.base.name)}${purpose === '' ? '' : ` (${purpose})`}`;
  const time = `${span(now - running.startedAt)} of ${span(running.deadlineAt - running.startedAt)}`;
  return joined([what, ...(running.hook === undefined ? [] : [hookText(running.hook)]), time, LOG], room);
}

const LOG = 'kanban queue --log';
const COMMAND = 60;

/** The batch and what waits, as rows under each other; where there is no room for columns, one after the other. */
function tasks(drawing: Drawing): string[] {
  const { queue, room, colour } = drawing;
  const { batch, waiting } = queue;
  const batchLabel = batch.length > 1 ? `batch of ${batch.length}` : heldBy(drawing) === null ? 'lands' : 'waiting';
  const rowsOf = (label: string, queued: readonly SnapshotQueued[]): Row[] =>
    queued.map((one, index) => taskRow(one, index === 0 ? label : '', drawing));
  const groups = [rowsOf(batchLabel, batch), rowsOf('waiting', waiting)];
  if (room >= COLUMNS_FROM) return layOut(groups.flat(), room + MARGIN, painted(colour));
  const words = ({ id, doing, text: why }: Row): string => cut([id, doing, why].filter(Boolean).join(' '), room);
  return groups.flatMap((rows) => labelled(rows[0]?.column ?? '', wrap(rows.map(words), ' · ', room)));
}

const COLUMNS_FROM = 50;

function taskRow(one: SnapshotQueued, column: string, drawing: Drawing): Row {
  const doing = stateOf(one, drawing);
  return {
    column,
    id: plain(one.id),
    title: plain(one.title),
    doing,
    agent: '',
    time: '',
    text: besides(doing, one),
    mood: MOODS[one.state],
  };
}

const MOODS = { green: 'works', unchecked: 'waits', suspect: 'needs', held: 'needs' } as const;

function remote({ snapshot, queue, room, now, clock, colour }: Drawing): string[] {
  const { remote: known } = queue;
  if (known === null) return [];
  const { away, rejected } = known;
  const names = { base: snapshot.base.name, remote: known.name };
  const waits = snapshot.push ? '; landings wait, all else continues' : '';
  const last = known.fetchedAt === null ? '' : ` (it answered last at ${clock(known.fetchedAt)})`;
  const yellow = picocolors.createColors(colour).yellow;
  // What the line above says is not repeated.
  const { isAwayShown, isRejectedShown } = shownIn(queue);
  const advice = known.reason == null ? null : adviceFor(known.reason, names);
  const trouble = [
    ...(away === null || isAwayShown ? [] : [...boxed(`${away}${last}${waits}`, room), ...prose(advice, room)]),
    ...(rejected === null || isRejectedShown ? [] : boxed(`the server rejects the push: ${rejected}`, room)),
    ...(rejected === null ? [] : prose(REFUSED, room)),
  ];
  return labelled('remote', [...joined(standing(known, now), room), ...trouble.map((line) => yellow(line))]);
}

/** The newest checks, newest first, and how many were flakes. */
function recent({ snapshot, queue, room, limit, clock, colour }: Drawing): string[] {
  const shown = queue.recent.slice(0, limit);
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));
  const named = (one: SnapshotChecked): string =>
    one.entries.length === 0 ? `${plain(snapshot.base.name)} alone` : someIds(one.entries, NAMED);
  const [at, seconds, entries] = [
    widest(shown.map((one) => clock(one.at))),
    widest(shown.map((one) => took(one.seconds))),
    Math.min(widest(shown.map(named)), Math.max(8, Math.floor(room / 2))),
  ];
  const lines = shown.flatMap((one) => {
    const cells = [
      fit(clock(one.at), at),
      fit(OUTCOME[one.outcome], 7),
      fit(took(one.seconds), seconds),
      fit(named(one), entries),
    ];
    const head = [cells.join('  '), plain(one.detail)].filter(Boolean).join('  ');
    const [line, ...more] = logged(cut(head, room), one, room, at);
    return [...outcomeIn(line ?? '', one.outcome, colour), ...more];
  });
  return [...lines, ...joined([flakes(queue)], room)];
}

const NAMED = 4;

/** Where its output is: beside it, else below; of a green one only where there is room. Never cut: it is to be copied. */
function logged(head: string, { outcome, log }: SnapshotChecked, room: number, inset: number): string[] {
  const path = plain(log);
  if (path === '') return [head.trimEnd()];
  if (displayWidth(head) + 2 + displayWidth(path) <= room) return [`${head}  ${path}`];
  return outcome === 'green'
    ? [head.trimEnd()]
    : [head.trimEnd(), `${' '.repeat(Math.min(inset + 2, Math.max(0, room - path.length)))}${path}`];
}

function outcomeIn(line: string, outcome: SnapshotChecked['outcome'], colour: boolean): string[] {
  const colours = picocolors.createColors(colour);
  const paint = { green: colours.green, red: colours.yellow, error: colours.yellow }[outcome];
  return [line.replace(OUTCOME[outcome], (word) => paint(word))];
}

/** Parts with a dot between them, those that are too wide for a line broken between words. */
const joined = (parts: readonly string[], room: number): string[] =>
  wrap(parts, ' · ', room).flatMap((line) => wrap(line.split(' '), ' ', room));

/** Words wrapped, commands (in backticks) whole and without them. */
const prose = (text: string | null, room: number): string[] =>
  wrap(
    (text?.match(/`[^`]*`\S*|\S+/g) ?? []).map((piece) => piece.replaceAll('`', '')),
    ' ',
    room,
  );
