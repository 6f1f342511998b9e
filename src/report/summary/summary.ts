import type { Usage } from '../../contract/agent-event.ts';
import type { Snapshot, SnapshotEntry } from '../../contract/snapshot.ts';
import { sumUsage } from '../../contract/usage.ts';
import { verdictText, withoutVerdict } from '../log.ts';
import type { LogMove } from '../log-moves.ts';
import { waysOut } from '../ways/ways-out.ts';

/** A run that ended in the period. */
export interface SummaryRun {
  readonly id: string;
  readonly taskId: string;
  /** null: its agent reported none. */
  readonly usage: Usage | null;
}

export interface SummaryFacts {
  /** Of the period, newest first. */
  readonly moves: readonly LogMove[];
  /** Of the period, those whose folder is still there. */
  readonly runs: readonly SummaryRun[];
  readonly snapshot: Snapshot;
  /** Epoch ms. */
  readonly since: number;
}

/** `usage` and `runs`: of the runs that ended in the period. */
export interface SummaryEntry {
  readonly id: string;
  readonly title: string;
  readonly usage: Usage;
  readonly runs: number;
}

export interface LandedEntry extends SummaryEntry {
  readonly at: number;
  readonly commit: string;
  /** What all its runs used; null = not known. */
  readonly total: Usage | null;
}

/** `state` and `column`: as it is now; null = it left the board. */
export interface FailedEntry extends SummaryEntry {
  readonly failures: number;
  readonly verdict: string;
  readonly why: string;
  readonly column: string | null;
  readonly state: string | null;
  readonly ways: readonly string[];
}

export interface WaitingEntry extends SummaryEntry {
  readonly column: string;
  readonly state: string;
  readonly why: string;
  readonly ways: readonly string[];
}

/** What happened since a moment, and what waits now. Stable JSON: `kanban summary --json`. */
export interface Summary {
  readonly since: number;
  readonly at: number;
  readonly landed: readonly LandedEntry[];
  /** A stage of theirs failed, and they have not left the board. */
  readonly failed: readonly FailedEntry[];
  /** They need the user, or something holds them, and none of their stages failed in the period. */
  readonly waiting: readonly WaitingEntry[];
  readonly undone: readonly SummaryEntry[];
  readonly abandoned: readonly SummaryEntry[];
  /** Runs are on, or the next one is about to start. */
  readonly inWork: readonly SummaryEntry[];
  readonly usage: Usage;
  readonly runs: number;
  /** Those of them whose result a commit has recorded: what `kanban metrics` counts. */
  readonly recorded: number;
}

/** Verdicts and causes that count against a stage. A review that asks for changes has done its work. */
const FAILURES: ReadonlySet<string> = new Set([
  ...['blocked', 'failed', 'timed-out', 'stalled', 'no-report'],
  ...['conflict', 'refused', 'check-red'],
]);

/** Sums a period up. */
export function summaryOf({ moves, runs, snapshot, since }: SummaryFacts): Summary {
  const used = usedBy(moves, runs);
  const ids = [...new Set(moves.map(({ id }) => id))];
  const isOnBoard = (id: string): boolean => snapshot.entries.some((entry) => entry.id === id);
  const lastMove = (id: string): LogMove | undefined =>
    moves.find((move) => move.id === id && (move.to !== null || (move.deleted !== null && !isOnBoard(id))));
  const titleOf = (id: string): string =>
    landedTitle(lastMove(id)) ??
    snapshot.entries.find((entry) => entry.id === id)?.title ??
    moves.find((move) => move.id === id && move.title !== null)?.title ??
    titleIn(
      moves.find((move) => move.id === id),
      id,
    );
  const entryOf = (id: string): SummaryEntry => {
    const own = used.filter(({ taskId }) => taskId === id);
    return { id, title: titleOf(id), usage: sumUsage(own.map(({ usage }) => usage)), runs: own.length };
  };
  const went = (is: (move: LogMove) => boolean): string[] =>
    ids.filter((id) => {
      const move = lastMove(id);
      return move !== undefined && is(move);
    });
  const landed = went(({ to }) => to === 'CHANGELOG');
  const abandoned = went(({ to, deleted }) => to === 'ABANDONED' || deleted !== null);
  const left = new Set([...landed, ...abandoned]);
  const failed = ids.filter((id) => !left.has(id) && moves.some((move) => move.id === id && isFailure(move)));
  const rest = snapshot.entries.filter(({ id }) => id !== null && !failed.includes(id));
  return {
    since,
    at: snapshot.at,
    landed: landed.map((id) => landedEntry(entryOf(id), lastMove(id))),
    failed: failed.map((id) => failedEntry(entryOf(id), moves, snapshot)),
    waiting: rest.filter(waits).map((entry) => ({ ...entryOf(entry.id ?? ''), ...waitingOf(entry) })),
    undone: went(({ undone }) => undone !== null).map(entryOf),
    abandoned: abandoned.map(entryOf),
    inWork: rest.filter((entry) => entry.column !== 'TODO' && !waits(entry)).map(({ id }) => entryOf(id ?? '')),
    usage: sumUsage(used.map(({ usage }) => usage)),
    runs: used.length,
    recorded: new Set(moves.flatMap(runsOf)).size,
  };
}

/** A new entry may stand under the id of one that has landed. */
const landedTitle = (move: LogMove | undefined): string | null =>
  move?.to === 'CHANGELOG' ? (move.title ?? titleIn(move, move.id)) : null;

/** The runs whose result the commit records. */
const runsOf = ({ run }: LogMove): string[] => (run ?? '').split(/\s+/).filter((id) => id !== '');

/** Each run once, whether its commit or its folder tells of it. */
function usedBy(moves: readonly LogMove[], runs: readonly SummaryRun[]): SummaryRun[] {
  const recorded = moves.flatMap((move) => runsOf(move).map((id) => ({ id, taskId: move.id, usage: null })));
  const inGit = moves.flatMap(({ id, usage }) =>
    usage.filter(({ run }) => run !== 'total').map(({ run, ...of }) => ({ id: run, taskId: id, usage: of })),
  );
  return [...new Map([...recorded, ...inGit, ...runs].map((run) => [run.id, run])).values()];
}

/** The user was needed, or a result was not accepted, whatever it reported. */
function isFailure({ verdict, outcome, escalated }: LogMove): boolean {
  const word = verdict?.split(' ').at(-1) ?? '';
  if (escalated !== null || FAILURES.has(word)) return true;
  return word !== 'changes-requested' && outcome?.endsWith(' failed') === true;
}

/** The subject of a landing is `T-12: title`. */
const titleIn = (move: LogMove | undefined, id: string): string => (move?.subject ?? id).replace(`${id}: `, '');

const landedEntry = (entry: SummaryEntry, move: LogMove | undefined): LandedEntry => {
  const total = move?.usage.find(({ run }) => run === 'total');
  return {
    ...entry,
    at: move?.at ?? 0,
    commit: move?.commit ?? '',
    total: total === undefined ? null : sumUsage([total]),
  };
};

function failedEntry(entry: SummaryEntry, moves: readonly LogMove[], snapshot: Snapshot): FailedEntry {
  const failures = moves.filter((move) => move.id === entry.id && isFailure(move));
  const now = snapshot.entries.find(({ id }) => id === entry.id);
  const judged = failures.find((move) => move.verdict !== null);
  const verdict = judged?.verdict ?? '';
  return {
    ...entry,
    failures: failures.length,
    verdict: judged === undefined ? '' : verdictText(judged),
    why: withoutVerdict(
      failures.find(({ escalated }) => escalated !== null)?.escalated ?? now?.feedback ?? verdict,
      verdict,
    ),
    column: now?.column ?? null,
    state: now?.state ?? null,
    ways: now?.state === 'needs-person' ? waysOut(now) : [],
  };
}

/** Something that time does not end by itself. */
const waits = ({ state, column }: SnapshotEntry): boolean =>
  state === 'needs-person' || (column !== 'TODO' && (state === 'held' || state === 'waits-for-provider'));

const waitingOf = (entry: SnapshotEntry): Omit<WaitingEntry, keyof SummaryEntry> => ({
  column: entry.column,
  state: entry.state,
  why: entry.why,
  ways: entry.state === 'needs-person' ? waysOut(entry) : [],
});
