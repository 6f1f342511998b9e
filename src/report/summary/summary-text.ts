import picocolors from 'picocolors';
import type { Usage } from '../../contract/agent-event.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { labelled, MARGIN } from '../layout.ts';
import { plain } from '../plain.ts';
import { span, type Clock } from '../span.ts';
import type { FailedEntry, LandedEntry, Summary, SummaryEntry, WaitingEntry } from './summary.ts';
import { todoLine } from '../todo-line.ts';
import { describeUsage } from '../usage.ts';
import { shapeOf } from '../ways/ways-out.ts';
import { wrap } from '../width.ts';

export interface SummaryOptions {
  readonly clock: Clock;
  /** Columns of the terminal; null = no terminal, nothing is wrapped. */
  readonly width: number | null;
  readonly colour: boolean;
}

/** An entry of a section: its details behind the title, and commands below. */
interface ShownEntry {
  readonly entry: SummaryEntry;
  readonly details: readonly string[];
  readonly ways: readonly string[];
  readonly cost: string;
}

/** The same commands with another id are printed once, for the first entry. @param shown what is printed so far */
const withWaysOnce = (entries: readonly ShownEntry[], shown: Set<string>): ShownEntry[] =>
  entries.map((one) => {
    const shape = shapeOf(one.ways, [one.entry.id]);
    if (shown.has(shape)) return { ...one, ways: [] };
    shown.add(shape);
    return one;
  });

/** The page to read in the morning. Ends with a line break. */
export function renderSummary(summary: Summary, snapshot: Snapshot, options: SummaryOptions): string {
  const colours = picocolors.createColors(options.colour);
  const room = (options.width ?? Number.POSITIVE_INFINITY) - MARGIN;
  const section = (name: string, entries: readonly ShownEntry[], paint: (text: string) => string): string[] =>
    labelled(
      name,
      entries.flatMap((one) => entryLines(one, room, colours.bold)),
    ).map((line) => (line.startsWith(' ') ? line : paint(line.slice(0, MARGIN)) + line.slice(MARGIN)));
  const shown = new Set<string>();
  const todo = todoLine(snapshot.entries, options.clock);
  const lines = [
    ...wrap(headOf(summary, options.clock), ' · ', room + MARGIN).map((line) => colours.bold(line)),
    ...section(
      'landed',
      summary.landed.map((entry) => landed(entry, options.clock)),
      colours.green,
    ),
    ...section('failed', withWaysOnce(summary.failed.map(failed), shown), colours.red),
    ...section('waiting', withWaysOnce(summary.waiting.map(waiting), shown), colours.yellow),
    ...section('undone', summary.undone.map(plainly), String),
    ...section('abandoned', summary.abandoned.map(plainly), String),
    ...section('in work', summary.inWork.map(plainly), String),
    ...labelled('TODO', todo === '' ? [] : wrap(todo.split(' · '), ' · ', room)),
  ];
  return `${lines.join('\n')}\n`;
}

function headOf({ since, at, usage, runs, recorded, ...lists }: Summary, clock: Clock): string[] {
  const used = describeUsage(usage);
  const needing = [...lists.failed, ...lists.waiting].filter(needsYou).length;
  return [
    `since ${clock(since)} (${span(at - since)})`,
    `${lists.landed.length} landed`,
    `${lists.failed.length} failed`,
    `${lists.waiting.length} waiting`,
    ...(needing === 0 ? [] : [`${needing} ${needing === 1 ? 'needs' : 'need'} you`]),
    `${runsText(runs)} ended${notRecorded(runs - recorded)}${used === '' ? '' : `, ${used}`}`,
  ];
}

/** `kanban metrics` does not count these: no commit tells of them. */
const notRecorded = (count: number): string => (count === 0 ? '' : ` (${count} without a recorded result)`);

const needsYou = ({ state }: { readonly state: string | null }): boolean => state === 'needs-person';

const runsText = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

/** `$1.20, 12.3k tokens in 3 runs`; nothing where no run ended and nothing is known. */
function costOf({ usage, runs }: SummaryEntry): string {
  const used = describeUsage(usage);
  if (runs === 0) return used;
  return used === '' ? runsText(runs) : `${used} in ${runsText(runs)}`;
}

const plainly = (entry: SummaryEntry): ShownEntry => ({ entry, details: [], ways: [], cost: costOf(entry) });

/** What it used in all counts, not only in the period. */
const landed = (entry: LandedEntry, clock: Clock): ShownEntry => ({
  ...plainly(entry),
  details: [clock(entry.at)],
  cost: totalOf(entry.total) || costOf(entry),
});

const totalOf = (total: Usage | null): string => (total === null ? '' : describeUsage(total));

const failed = (entry: FailedEntry): ShownEntry => ({
  ...plainly(entry),
  details: [
    ...(needsYou(entry) ? ['needs you'] : []),
    ...new Set([entry.verdict, entry.failures > 1 ? `${entry.failures} failures` : '', plain(entry.why)]),
  ].filter((word) => word !== ''),
  ways: entry.ways,
});

const waiting = (entry: WaitingEntry): ShownEntry => ({
  ...plainly(entry),
  details: [...(needsYou(entry) ? ['needs you'] : []), plain(entry.why)],
  ways: entry.ways,
});

function entryLines(
  { entry, details, ways, cost }: ShownEntry,
  room: number,
  bold: (text: string) => string,
): string[] {
  const id = entry.id.padEnd(4);
  const pieces = [plain(entry.title), ...details, ...(cost === '' ? [] : [cost])].join(' · ').split(' ');
  const [head = '', ...more] = wrap(pieces, ' ', room - id.length - 2);
  const below = [...more, ...wrap(ways, ' · ', room - id.length - 2)];
  return [`${bold(id)}  ${head}`, ...below.map((line) => ' '.repeat(id.length + 2) + line)];
}
