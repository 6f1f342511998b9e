import picocolors from 'picocolors';
import type { SnapshotEntry } from '../contract/snapshot.ts';
import { describeUsage } from './usage.ts';
import type { Usage } from '../contract/agent-event.ts';
import type { DiffFile } from './diff-files.ts';
import { doerOf, moveText } from './log.ts';
import type { LogMove } from './log-moves.ts';
import { plain, plainLines } from './plain.ts';
import { rowOf } from './rows.ts';
import { span, type Clock } from './span.ts';
import { wrap } from './width.ts';
import { estimateText } from './work-time.ts';

/** All that is known of one entry. Stable JSON: `kanban show --json`. Times are epoch ms. */
export interface EntryView {
  readonly id: string;
  readonly title: string;
  readonly place: 'TODO' | 'IN_PROGRESS' | 'REVIEW' | 'TESTING' | 'CHANGELOG' | 'ABANDONED';
  readonly entry: SnapshotEntry | null;
  readonly text: string | null;
  readonly runs: readonly ShownRun[];
  readonly output: { readonly run: string; readonly lines: readonly string[] } | null;
  readonly branch: {
    readonly name: string;
    readonly tip: string;
    readonly worktree: string | null;
    readonly commits: readonly { readonly sha: string; readonly subject: string }[];
  } | null;
  readonly history: readonly LogMove[];
  /** What its field `estimate` says, as written; null = it has none. */
  readonly estimate: string | null;
  /** From its first start until it left the board, or until now; null = it has not been started. */
  readonly seconds: number | null;
  readonly ways: readonly string[];
}

export interface RunFiles {
  /** By path, at most 200. */
  readonly list: readonly DiffFile[];
  /** Further files. */
  readonly more: number;
  /** Lines, of all files. */
  readonly added: number;
  readonly removed: number;
}

export interface ShownRun {
  readonly id: string;
  readonly role: string;
  readonly purpose: 'work' | 'mend';
  readonly agent: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** null while it is active. */
  readonly cause: string | null;
  readonly detail: string;
  /** What it reported, and whether that was accepted: `done`, `done, not accepted`; null = not recorded. */
  readonly verdict: string | null;
  /** What it used; null = its agent did not tell. */
  readonly usage: Usage | null;
  /** The files that its own commits changed; null = it is on, or its commits are not known here. */
  readonly files: RunFiles | null;
  /** Whether its result was recorded, and why not; null = not yet. */
  readonly outcome: string | null;
}

export interface ShowOptions {
  readonly now: number;
  readonly clock: Clock;
  readonly colour: boolean;
  /** Columns of the terminal; null = no terminal, nothing is folded. */
  readonly width: number | null;
}

/** What `kanban show` prints: where it stands and why, what to do, its text, its runs. Ends with a line break. */
export function renderEntry(view: EntryView, options: ShowOptions): string {
  const colours = picocolors.createColors(options.colour);
  // Sections are set in by two columns.
  const room = options.width === null ? null : options.width - 2;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', colours.cyan(title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
  const lines = [
    colours.bold(`${view.id}: ${plain(view.title)}`),
    ...folded(standing(view, options), options.width),
    ...section('next', view.ways),
    ...section('entry', view.text === null ? [] : foldedText(trimmed(plainLines(view.text)), room)),
    ...section('branch', folded(branchLines(view), room)),
    ...section('runs', folded(runLines(view.runs, options), room)),
    ...section(
      `last output of ${view.output?.run ?? ''}`,
      (view.output?.lines ?? []).flatMap((line) => plainLines(line)),
    ),
    ...section(
      'history',
      folded(
        view.history.map((move) => `${options.clock(move.at)}  ${move.commit.slice(0, 7)}  ${moveText(move)}`),
        room,
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Prose folded between words, further rows under its first word. */
function folded(lines: readonly string[], width: number | null): readonly string[] {
  if (width === null) return lines;
  return lines.flatMap((line) => {
    const body = line.trimStart();
    const inset = ' '.repeat(line.length - body.length);
    return body === '' ? [line] : wrap(body.split(' '), ' ', width - inset.length).map((row) => inset + row);
  });
}

/** Markdown folded but for its blocks of code. */
function foldedText(lines: readonly string[], width: number | null): readonly string[] {
  let isCode = false;
  return lines.flatMap((line) => {
    const isFence = /^\s*(?:`{3}|~{3})/.test(line);
    if (isFence) isCode = !isCode;
    return isFence || isCode ? [line] : folded([line], width);
  });
}

function standing(view: EntryView, options: ShowOptions): string[] {
  const { estimate, seconds } = view;
  return [...placeLines(view, options), ...(estimate === null ? [] : [estimateText(estimate, seconds)])];
}

function placeLines({ place, entry, history }: EntryView, { now, clock }: ShowOptions): string[] {
  const last = history.at(-1);
  if (place === 'CHANGELOG')
    return [`landed ${last === undefined ? '' : `${clock(last.at)} as ${last.commit.slice(0, 7)}`}`.trim()];
  if (entry === null) return [goneText(history, clock)];
  const row = rowOf({ ...entry, estimate: null }, { now, clock, time: 'spent' });
  const tags = entry.tags.map((tag) => `[${tag}]`).join(' ');
  const doing = [tags, row.doing, row.agent, row.time, row.text].filter((part) => part !== '').join('  ');
  const counts = Object.entries(entry.attempts)
    .map(([stage, count]) => `${stage} ${count}`)
    .join(', ');
  return [
    `${place}: ${doing}`,
    ...(counts === '' ? [] : [`failed attempts: ${counts}`]),
    ...used(entry),
    ...(entry.messages > 0 ? [`messages that wait for its next run: ${entry.messages}`] : []),
  ];
}

/** How an entry left the board without landing, when, and who let it go. */
function goneText(history: readonly LogMove[], clock: Clock): string {
  const left = history.findLast(({ to, deleted }) => to === 'ABANDONED' || deleted !== null) ?? history.at(-1);
  if (left === undefined) return 'abandoned';
  const how = left.deleted === null ? 'abandoned' : `deleted by hand from ${plain(left.deleted)}`;
  return `${how} ${clock(left.at)} by ${doerOf(left)} (${left.commit.slice(0, 7)})`;
}

function used({ usage }: SnapshotEntry): string[] {
  if (usage === null) return [];
  const words = describeUsage(usage.total);
  const untold = usage.untold === 0 ? '' : ` (${usage.untold} of ${usage.runs} runs reported nothing)`;
  return [`used: ${words === '' ? 'unknown' : words}${untold}`];
}

function branchLines({ branch }: EntryView): string[] {
  if (branch === null) return [];
  const where = branch.worktree === null ? 'no worktree' : branch.worktree;
  const head = `${branch.name} at ${branch.tip.slice(0, 7)} · ${where} · ${branch.commits.length === 0 ? 'no commit' : branch.commits.length === 1 ? '1 commit' : `${branch.commits.length} commits`} over base`;
  return [head, ...branch.commits.slice(0, 20).map(({ sha, subject }) => `${sha.slice(0, 7)}  ${plain(subject)}`)];
}

function runLines(runs: readonly ShownRun[], { now, clock }: ShowOptions): string[] {
  const role = Math.max(...runs.map((run) => roleOf(run).length));
  const agent = Math.max(...runs.map((run) => run.agent.length));
  return runs.map((run) => {
    const took = span((run.endedAt ?? now) - run.startedAt);
    const how = run.cause === 'reported' && run.verdict !== null ? plain(run.verdict) : run.cause;
    const end = how === null ? 'is on' : `${how}${run.detail === '' ? '' : `: ${plain(run.detail)}`}`;
    const recorded = run.outcome === null ? '' : plain(run.outcome);
    // The reason for which it ended may be why its result was put aside.
    const outcome = recorded === '' || end.includes(recorded) ? '' : ` (${recorded})`;
    const usage = run.usage === null ? '' : ` · ${describeUsage(run.usage)}`;
    return `${clock(run.startedAt)}  ${roleOf(run).padEnd(role)}  ${run.agent.padEnd(agent)}  ${took.padEnd(4)}  ${end}${usage}${filesText(run.files)}${outcome}`;
  });
}

/** ` · 3 files +40 −7` */
function filesText(files: RunFiles | null): string {
  const count = files === null ? 0 : files.list.length + files.more;
  if (files === null || count === 0) return '';
  return ` · ${count === 1 ? '1 file' : `${count} files`} +${files.added} −${files.removed}`;
}

const roleOf = ({ role, purpose }: ShownRun): string => (purpose === 'mend' ? 'fix' : role);

function trimmed(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}
