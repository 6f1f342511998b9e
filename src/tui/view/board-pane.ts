import { plain } from '../../report/plain.ts';
import { rowOf, type Row } from '../../report/rows.ts';
import type { Snapshot, SnapshotEntry } from '../../contract/snapshot.ts';
import { cut, displayWidth, fit, wrap } from '../../report/width.ts';
import { carryLines } from '../carry.ts';
import { boardLines, chosenLine, type BoardLine, type Group } from '../entries.ts';
import { perSnapshot } from '../per-snapshot.ts';
import * as messages from '../messages.ts';
import type { Sort, TuiState } from '../state.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';
import { emptyBoard } from './empty.ts';

/** The cells of a line, each with its width; 0: there is no room for it. */
interface Cells {
  readonly group: number;
  readonly id: number;
  readonly priority: number;
  readonly title: number;
  readonly doing: number;
  readonly agent: number;
  readonly time: number;
  readonly text: number;
}

const GROUP = 13;
const GAP = 2;
/** `escalated` */
const DOING = 9;
/** `1h 5m of 2h` */
const TIME = 11;
/** `14m of 15m`, where it stands in front of the text: most are no longer. */
const SHORT_TIME = 9;
const AGENT = 8;

/** From these widths on a cell has room. */
const ROOM_FOR = { time: 100, agent: 84, priority: 62 } as const;

function cellsFor(width: number, snapshot: Snapshot): Cells {
  const id = idWidth(snapshot);
  const agent = width < ROOM_FOR.agent ? 0 : AGENT;
  const time = width < ROOM_FOR.time ? 0 : TIME;
  const priority = width < ROOM_FOR.priority ? 0 : 2;
  const title = Math.max(12, Math.min(48, Math.floor(width * 0.27)));
  const gaps = [id, title, DOING, priority, agent, time].filter((cell) => cell > 0).length * GAP;
  const fixed = 1 + GROUP + id + priority + title + DOING + agent + time + gaps;
  return { group: GROUP, id, priority, title, doing: DOING, agent, time, text: Math.max(0, width - fixed) };
}

const idWidth = perSnapshot(({ entries }) => entries.reduce((most, { id }) => Math.max(most, (id ?? NO_ID).length), 4));

const NO_ID = 'T-?';

/** The names of the cells, and what a click on one sorts by. */
const HEADS: readonly (readonly [cell: keyof Cells, name: string, sort: Sort | null])[] = [
  ['group', 'column', 'board'],
  ['id', 'id', 'id'],
  ['priority', 'p', null],
  ['title', 'title', 'title'],
  ['doing', 'state', 'state'],
  ['agent', 'agent', 'agent'],
  ['time', 'time', 'age'],
  ['text', '', null],
];

/** Which sort the cell at a column of the head has. @param x from 0, inside the borders */
export function sortAt(x: number, width: number, snapshot: Snapshot): Sort | null {
  const cells = cellsFor(width, snapshot);
  let end = 1;
  for (const [cell, , sort] of HEADS) {
    if (cells[cell] === 0) continue;
    end += cells[cell] + (cell === 'group' ? 0 : GAP);
    if (x < end) return sort;
  }
  return null;
}

/** Lines above the entries: their heads. */
export const HEAD_LINES = 1;

/** All entries, of which as many are shown as there is room for; while one is carried, as they would stand. */
export function boardPane(drawing: Drawing, room: Room): PaneContent {
  const { state, palette } = drawing;
  const { snapshot, input } = state;
  const empty = emptyBoard(state);
  if (snapshot === null || empty !== null) return { lines: (empty ?? []).map((line) => ` ${line}`) };
  const carry = input?.kind === 'carry' ? input.carry : null;
  const lines = carry === null ? boardLines(state) : carryLines(snapshot, carry);
  const at = carry === null ? chosenLine(state).index : lines.findIndex(({ entry }) => entry.key === carry.key);
  const height = Math.max(0, room.height - HEAD_LINES);
  const top = scrolledTo({ index: at, top: state.cursors.board.top }, height, lines.length);
  const cells = cellsFor(room.width, snapshot);
  const body = lines.slice(top, top + height).map((line, index) => {
    const isLabelled = index === 0 || lines[top + index - 1]?.group !== line.group;
    return entryLine(drawing, line, { cells, isLabelled, isChosen: top + index === at });
  });
  const spare = height - body.length;
  return {
    lines: [
      palette.waits(headLine(state, cells)),
      ...body,
      ...chosenInFull(drawing, lines[at], { ...room, height: spare }),
    ],
    foot: footOf(lines.length, snapshot.entries.length, { top, height }),
  };
}

/** The first line that is shown so that the chosen one is among them. */
export function scrolledTo(
  { index, top }: { readonly index: number; readonly top: number },
  height: number,
  count: number,
): number {
  const last = Math.max(0, count - height);
  const least = Math.max(0, index - height + 1);
  return Math.min(last, Math.max(least, Math.min(top, Math.max(0, index))));
}

function footOf(
  shown: number,
  all: number,
  { top, height }: { readonly top: number; readonly height: number },
): string {
  if (shown <= height) return shown === all ? '' : messages.countOf(shown, all);
  return `${top + 1}–${Math.min(shown, top + height)} of ${shown}`;
}

function headLine({ sort, isReversed }: TuiState, cells: Cells): string {
  const mark = isReversed ? '▴' : '▾';
  const names = HEADS.flatMap(([cell, name, by]) => {
    if (cells[cell] === 0) return [];
    const isSorted = by === sort && (sort !== 'board' || isReversed);
    const shown = isSorted ? `${name}${mark}` : name;
    return [cell === 'time' ? shown.padStart(cells.time) : fit(shown, cells[cell] - (cell === 'group' ? GAP : 0))];
  });
  return ` ${names.join('  ')}`;
}

interface LineOptions {
  readonly cells: Cells;
  /** The first of its group that is shown. */
  readonly isLabelled: boolean;
  readonly isChosen: boolean;
}

/** The cells of a line, each with the gap in front of it. */
type Parts = Readonly<
  Record<'marker' | 'group' | 'id' | 'priority' | 'title' | 'doing' | 'agent' | 'time' | 'text', string>
>;

function entryLine(drawing: Drawing, line: BoardLine, options: LineOptions): string {
  const { state, now, clock, palette } = drawing;
  const { entry, group } = line;
  const row = rowOf(entry, { now, clock, time: 'spent' });
  const parts = partsOf(state, line, row, options);
  if (options.isChosen && state.focus === 'board' && palette.hasColour)
    return palette.chosen(palette.strong(Object.values(parts).join('')));
  const front = group === 'needs you' || group === 'problems' ? palette.needs : palette.label;
  const told = palette.mood(entry.state === 'needs-person' ? 'needs' : row.mood);
  const { marker, title } = parts;
  const [priority, agent] = [palette.needs(parts.priority), palette.waits(parts.agent)];
  return `${marker}${front(parts.group)}${palette.strong(parts.id)}${priority}${title}${told(parts.doing)}${agent}${told(parts.time)}${told(parts.text)}`;
}

function partsOf({ sort }: TuiState, { entry, group }: BoardLine, row: Row, options: LineOptions): Parts {
  const { cells, isLabelled, isChosen } = options;
  const label = isLabelled || sort !== 'board' ? labelOf(group, entry.column) : '';
  const cell = (width: number, text: string): string => (width === 0 ? '' : `  ${text}`);
  return {
    marker: isChosen ? '>' : ' ',
    group: fit(label, cells.group),
    id: fit(entry.id ?? NO_ID, cells.id),
    priority: cell(cells.priority, entry.priority === USUAL_PRIORITY ? '  ' : `P${entry.priority}`),
    title: cell(cells.title, fit(plain(entry.title), cells.title)),
    doing: cell(cells.doing, fit(doingOf(entry, row), cells.doing)),
    agent: cell(cells.agent, fit(row.agent || (entry.agent ?? ''), cells.agent)),
    time: cell(cells.time, ' '.repeat(Math.max(0, cells.time - displayWidth(row.time))) + cut(row.time, cells.time)),
    text: `  ${cut(textOf(row, cells), cells.text)}`,
  };
}

const USUAL_PRIORITY = 2;

/** Of an entry that needs the user the tag says why. */
function doingOf({ state, tags }: SnapshotEntry, { doing }: Row): string {
  if (state !== 'needs-person') return doing;
  return tags.find((tag) => tag !== 'RETRY')?.toLowerCase() ?? doing;
}

/** Without a cell of its own the time stands in front. */
const textOf = ({ time, text }: Row, cells: Cells): string =>
  cells.time > 0 || time === '' ? text : `${time.padStart(SHORT_TIME)}  ${text}`;

/** Below the entries, where there is room: what the chosen one waits for, in full, and the commands that help. */
function chosenInFull({ state, palette }: Drawing, line: BoardLine | undefined, { width, height }: Room): string[] {
  if (line === undefined || state.input?.kind === 'carry') return [];
  const { why, ways, run } = line.entry;
  const text = plain(run === null ? why : run.last);
  const words = wrap(text.split(' '), ' ', width - 2).slice(0, MAX_WORDS);
  const commands = wrap(ways, ' · ', width - 2);
  const isShort = displayWidth(text) < SHORT_WORDS && ways.length === 0;
  const lines = [...words.map((row) => ` ${row}`), ...commands.map((row) => palette.waits(` ${row}`))];
  if (isShort || lines.length + 1 > height) return [];
  return [...Array.from({ length: height - lines.length }, () => ''), ...lines];
}

/** Words that a line of the board shows whole on most screens, and the lines that others take in full. */
const SHORT_WORDS = 16;
const MAX_WORDS = 4;

const labelOf = (group: Group, column: string): string => (group === 'sorted' ? column : group);
