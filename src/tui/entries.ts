import { COLUMNS, type Column } from '../board/entry.ts';
import type { Snapshot, SnapshotEntry } from '../contract/snapshot.ts';
import { fits, haystackOf, parseQuery } from '../report/search/search-query.ts';
import type { Sort, TuiState } from './state.ts';

/** A line of the board: an entry, and the group that it stands in. */
export interface BoardLine {
  readonly entry: SnapshotEntry;
  readonly group: Group;
}

export type Group = 'needs you' | 'problems' | Column | 'sorted';

type Choosing = Pick<TuiState, 'snapshot' | 'query' | 'problemsFirst' | 'sort' | 'isReversed'>;

const NOTHING: readonly BoardLine[] = [];
let last: { readonly by: Choosing; readonly lines: readonly BoardLine[] } | null = null;

/**
 * The lines of the board: what needs the user stands first, then what is in work, then TODO; parked entries at the end.
 * The same lines again where nothing that they depend on has changed.
 */
export function boardLines({ snapshot, query, problemsFirst, sort, isReversed }: Choosing): readonly BoardLine[] {
  if (snapshot === null) return NOTHING;
  const by = { snapshot, query, problemsFirst, sort, isReversed };
  if (last !== null && isSame(last.by, by)) return last.lines;
  const lines = linesOf(by, snapshot);
  last = { by, lines };
  return lines;
}

const isSame = (a: Choosing, b: Choosing): boolean =>
  a.snapshot?.entries === b.snapshot?.entries &&
  a.query === b.query &&
  a.problemsFirst === b.problemsFirst &&
  a.sort === b.sort &&
  a.isReversed === b.isReversed;

function linesOf({ query, problemsFirst, sort, isReversed }: Choosing, { entries }: Snapshot): BoardLine[] {
  const read = parseQuery(query);
  const wanted = read.length === 0 ? entries : entries.filter((entry) => fits(read, entry, textOf(entry)));
  const groups = new Map<Group, SnapshotEntry[]>(ORDER.map((group) => [group, []]));
  const order = sort === 'board' ? groupOf : () => 'sorted' as const;
  for (const entry of wanted) {
    const problem = problemGroup(entry);
    const isFirst = problem === 'needs you' || (problemsFirst && problem !== null);
    groups.get(isFirst ? problem : order(entry))?.push(entry);
  }
  const direction = isReversed ? -1 : 1;
  const compare = COMPARE[sort];
  return ORDER.flatMap((group) => {
    const found = groups.get(group) ?? [];
    if (compare !== null) found.sort((a, b) => direction * compare(a, b));
    else if (isReversed) found.reverse();
    // A stable sort: what is parked stays in its order, behind what may be picked.
    if (group === 'TODO') found.sort((a, b) => Number(a.parked !== null) - Number(b.parked !== null));
    return found.map((entry) => ({ entry, group }));
  });
}

/** What words are looked for in, made once for each entry. */
const texts = new WeakMap<SnapshotEntry, string>();

function textOf(entry: SnapshotEntry): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = haystackOf(entry);
  texts.set(entry, text);
  return text;
}

/** As `kanban status`: first what needs the user, then what is in work. */
const ORDER: readonly Group[] = ['needs you', 'problems', ...COLUMNS.slice(1), 'TODO', 'sorted'];

const groupOf = ({ column }: SnapshotEntry): Group => column;

/** What `p` puts first: what needs the user, what is stuck, what is held. */
export function problemGroup({ state, run }: SnapshotEntry): 'needs you' | 'problems' | null {
  if (state === 'needs-person') return 'needs you';
  const isStuck = run !== null && (run.stalledSince !== null || run.lost || run.state === 'foreign');
  return isStuck || state === 'held' ? 'problems' : null;
}

const number = (id: string | null): number => Number(/\d+$/.exec(id ?? '')?.[0] ?? Infinity);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const COMPARE: Readonly<Record<Sort, ((a: SnapshotEntry, b: SnapshotEntry) => number) | null>> = {
  board: null,
  id: (a, b) => number(a.id) - number(b.id) || byText(a.key, b.key),
  title: (a, b) => byText(a.title.toLowerCase(), b.title.toLowerCase()),
  state: (a, b) => byText(a.state, b.state),
  agent: (a, b) => byText(a.run?.agent ?? a.agent ?? '~', b.run?.agent ?? b.agent ?? '~'),
  age: (a, b) => (a.since ?? Infinity) - (b.since ?? Infinity),
};

/** The chosen line; of an entry that has gone, the one that stands in its place. */
export function chosenLine(state: TuiState): { readonly line: BoardLine | null; readonly index: number } {
  const lines = boardLines(state);
  const { index } = state.cursors.board;
  const at =
    lines[index]?.entry.key === state.chosen ? index : lines.findIndex(({ entry }) => entry.key === state.chosen);
  const place = at >= 0 ? at : Math.max(0, Math.min(index, lines.length - 1));
  return { line: lines[place] ?? null, index: place };
}

/** The entry that keys act on; null: none, or one without an id. */
export const chosenEntry = (state: TuiState): SnapshotEntry | null => chosenLine(state).line?.entry ?? null;
