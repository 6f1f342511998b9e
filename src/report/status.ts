import picocolors from 'picocolors';
import type { Snapshot, SnapshotEntry, SnapshotWarning } from '../contract/snapshot.ts';
import { boxed, labelled, layOut, MARGIN, painted, stacked } from './layout.ts';
import { plain } from './plain.ts';
import { hindrances } from './queue/line.ts';
import { queueOf } from './queue/words.ts';
import { describeUsage } from './usage.ts';
import { isAgentOnHold, RESUME_AGENTS } from './reason.ts';
import { rowOf, rowsOf, type Row } from './rows.ts';
import { span, type Clock } from './span.ts';
import { todoLine } from './todo-line.ts';
import { withWays, type Needing } from './ways/ways-out.ts';
import { displayWidth, wrap } from './width.ts';

export interface StatusOptions {
  /** Epoch ms. */
  readonly now: number;
  /** Columns of the terminal; null = no terminal, nothing is cut. */
  readonly width: number | null;
  readonly colour: boolean;
  /** Every entry of TODO on a line of its own. */
  readonly details: boolean;
  readonly clock: Clock;
  /** The snapshot that entries were chosen from by a filter; absent: nothing is filtered. */
  readonly whole?: Snapshot;
}

/**
 * What `kanban status` prints: who is at work, what waits and for what, what needs the user and
 * which commands help. Ends with a line break.
 */
export function renderStatus(snapshot: Snapshot, options: StatusOptions): string {
  const width = options.width ?? Number.POSITIVE_INFINITY;
  const colours = picocolors.createColors(options.colour);
  const label = (name: string, lines: readonly string[]): string[] =>
    labelled(name, lines).map((line) => colours.yellow(line));
  const rows = [
    ...rowsOf(snapshot, { now: options.now, clock: options.clock, time: 'spent' }),
    ...todoRows(snapshot, options),
  ];
  const todo = todoLine(snapshot.entries, options.clock);
  const needing = withWays(snapshot.entries.filter(({ state }) => state === 'needs-person'));
  const room = width - MARGIN;
  const lines = [
    ...wrap(headline(options.whole ?? snapshot, options.now).split(' · '), ' · ', width).map(colours.bold),
    ...[...withoutCoordinator(options.whole ?? snapshot), ...snapshot.stops].flatMap((stop) =>
      label('all waits', boxed(stop, room)),
    ),
    ...alertLines(snapshot, room).flatMap((lines) => label('alert', lines)),
    ...label(
      'queue',
      hindrances(snapshot).flatMap((words) => boxed(words, room)),
    ),
    ...otherWarnings(snapshot, options.details).flatMap(({ text, level = 'info' }) =>
      labelled(level === 'info' ? 'note' : level, boxed(text, room)),
    ),
    ...labelled('note', hasAgentOnHold(snapshot) ? boxed(RESUME_AGENTS, room) : []),
    ...layOut(rows, width, painted(options.colour), stacked),
    ...labelled('TODO', todo === '' ? [] : wrap(todo.split(' · '), ' · ', room)),
    ...needing.flatMap((one, index) => needs(one, index === 0, room, options.colour)),
  ];
  if (snapshot.entries.length === 0 && snapshot.orphanRuns.length === 0)
    lines.push(
      options.whole === undefined
        ? '(nothing on the board: kanban add "…" writes an entry; kanban init sets a repository up)'
        : '(no entry is like that)',
    );
  return `${lines.join('\n')}\n`;
}

/** How many there are, and the newest. */
function alertLines({ alerts = [] }: Snapshot, room: number): readonly (readonly string[])[] {
  const newest = alerts.toSorted((a, b) => b.since - a.since)[0];
  if (newest === undefined) return [];
  const more = alerts.length - 1;
  return [boxed(`${newest.why}${more === 0 ? '' : ` · and ${more} more: kanban alerts`}`, room)];
}

/** `main@3f2a9c1 · coordinator pid 4121, 12m · 2 of 6 runs · push off` */
export function headline(snapshot: Snapshot, now: number): string {
  const runs = `${countRuns(snapshot)} of ${snapshot.capacity} runs`;
  return [...whoRuns(snapshot, now), runs, pushText(snapshot), ...today(snapshot)].join(' · ');
}

/** `main@3f2a9c1`, `coordinator pid 4121, 12m` */
export function whoRuns({ base, coordinator, mode }: Snapshot, now: number): string[] {
  const name = `${plain(base.name)}@${base.sha.slice(0, 7)}`;
  if (coordinator === null) return [name, 'no coordinator'];
  const ending = { run: [], finish: ['ends when its runs have'], stop: ['is stopping its runs'] }[mode];
  return [name, `coordinator pid ${coordinator.pid}, ${span(now - coordinator.since)}`, ...ending];
}

/** What has to be said where nothing will happen by itself. */
const withoutCoordinator = ({ coordinator, entries }: Snapshot): string[] =>
  coordinator === null && entries.some(({ state }) => state !== 'parked' && state !== 'needs-person')
    ? ['no coordinator runs: `kanban run` starts the work']
    : [];

/** `push off`, `push origin/main` */
export function pushText(snapshot: Snapshot): string {
  const { remote } = queueOf(snapshot);
  if (!snapshot.push) return 'push off';
  return remote === null ? 'push on' : `push ${plain(remote.name)}/${plain(remote.branch)}`;
}

/** `today 48.1k tokens, $1.20`; nothing where no agent reported any. */
function today({ today: used }: Snapshot): string[] {
  const words = describeUsage(used ?? {});
  return words === '' ? [] : [`today ${words}`];
}

/** Runs that are on, those of entries off the board included; one whose runner has died is not. */
export const countRuns = ({ entries, orphanRuns }: Snapshot): number =>
  [...entries.map(({ run }) => run), ...orphanRuns].filter((run) => run !== null && !run.lost).length;

/** Entries of TODO with a line of their own: all of them if asked, else those that a reason of their own holds. */
function todoRows(snapshot: Snapshot, { now, clock, details, whole }: StatusOptions): Row[] {
  const shown = details || whole !== undefined ? todoOf(snapshot) : heldInTodo(snapshot);
  const rows = shown.map((entry) => {
    const row = rowOf(entry, { now, clock, time: 'spent' });
    return entry.id === null ? { ...row, id: 'T-?' } : row;
  });
  return withReasonsOnce(rows);
}

/** A reason that differs from some above in nothing but the entry's name is not repeated again and again. */
function withReasonsOnce(rows: readonly Row[]): Row[] {
  const known = new Map<string, { readonly row: Row; count: number }>();
  return rows.map((row) => {
    const shape = [`"${row.title}"`, row.title, row.id].reduce((text, name) => text.replaceAll(name, '…'), row.text);
    const same = known.get(shape) ?? { row, count: 0 };
    known.set(shape, same);
    same.count += 1;
    return same.count <= MAX_REPEATED || row.doing !== 'held' ? row : { ...row, text: `as ${nameOf(same.row)}` };
  });
}

const MAX_REPEATED = 3;

const nameOf = ({ id, title }: Row): string => (id === 'T-?' ? `"${title}"` : id);

const todoOf = ({ entries }: Snapshot): readonly SnapshotEntry[] =>
  entries.filter(({ column, state }) => column === 'TODO' && state !== 'needs-person');

/** Those that a reason of their own holds, the first few. */
const heldInTodo = (snapshot: Snapshot): readonly SnapshotEntry[] =>
  todoOf(snapshot)
    .filter(({ state, why, run }) => run !== null || (state === 'held' && !snapshot.stops.includes(why)))
    .slice(0, HELD_SHOWN);

const HELD_SHOWN = 8;

/** What the line of an entry shows already is not repeated; with details it is, for its place in the file. */
function otherWarnings(snapshot: Snapshot, details: boolean): readonly SnapshotWarning[] {
  if (details) return warningsIn(snapshot);
  const todo = new Set(heldInTodo(snapshot));
  const isShown = (entry: SnapshotEntry): boolean =>
    entry.state === 'held' && entry.run === null && (entry.column !== 'TODO' || todo.has(entry));
  const keys = new Set(snapshot.entries.flatMap((entry) => (isShown(entry) ? [entry.key] : [])));
  return warningsIn(snapshot).filter(({ entries }) => !entries.some((key) => keys.has(key)));
}

const hasAgentOnHold = ({ entries }: Snapshot): boolean => entries.some(({ reason }) => isAgentOnHold(reason));

/** A snapshot that a coordinator of an earlier version keeps has no details. */
const warningsIn = ({ warnings, warningDetails }: Snapshot): readonly SnapshotWarning[] =>
  warningDetails ?? warnings.map((text) => ({ text, entries: [] }));

function needs({ entry, ways }: Needing, first: boolean, room: number, colour: boolean): string[] {
  const colours = picocolors.createColors(colour);
  const id = (entry.id ?? '').padEnd(4);
  const tags = entry.tags.filter((tag) => tag !== 'RETRY').map((tag) => `[${tag}]`);
  const text = [...tags, ...plain(entry.why).split(' ')];
  const [head = '', ...more] = wrap(text, ' ', room - id.length - 2);
  const indent = ' '.repeat(id.length + 2);
  const lines = [
    `${colours.bold(id)}  ${head}`,
    ...more.map((line) => indent + line),
    ...wrap(ways, ' · ', room).flatMap((row) => inSteps(row, room)),
  ];
  const [top = '', ...below] = labelled(first ? 'needs you' : '', lines);
  return [colours.yellow(top.slice(0, MARGIN)) + top.slice(MARGIN), ...below];
}

/** A row that is too wide is broken between its steps: `fix …, then kanban retry T-123 --fixed`. */
function inSteps(row: string, room: number): string[] {
  const at = displayWidth(row) > room ? row.indexOf(STEP) : -1;
  return at < 0 ? [row] : [row.slice(0, at + 1), row.slice(at + 2)];
}

const STEP = ', then ';
