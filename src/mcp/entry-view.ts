import type { BoardEntry, EntryDiff } from '../surfaces/board-types.ts';
import { isoTime } from './answer.ts';
import { cutText } from '../plain-text.ts';
import { rowOf } from './status-views.ts';

export const PARTS = ['text', 'runs', 'history', 'report', 'diffstat'] as const;
export type Part = (typeof PARTS)[number];

/** Characters of a text that is shown. */
export const MAX_SHOWN = 100_000;
const MAX_REPORT = 20_000;
const MAX_ROWS = 30;
const MAX_FILES = 200;

type Json = Readonly<Record<string, unknown>>;

/** An entry with the parts that are asked for. @param more what was read for them; null: there is none */
export function entryView(
  entry: BoardEntry,
  parts: readonly Part[],
  more: { readonly report: string | null; readonly diff: EntryDiff | null },
): Json {
  const text = entry.text ?? '';
  const isCut = text.length > MAX_SHOWN;
  const row = entry.entry === null ? {} : rowOf(entry.entry);
  return {
    ...row,
    id: entry.id,
    title: cutText(entry.title, 500),
    place: entry.place,
    ways: entry.ways,
    tip: entry.branch?.tip ?? null,
    // A client that was given only a part must not replace the whole text.
    was: isCut ? null : entry.was,
    ...(parts.includes('text') ? { text: cutText(text, MAX_SHOWN) } : {}),
    ...(parts.includes('runs') ? { runs: runsOf(entry) } : {}),
    ...(parts.includes('history') ? { history: historyOf(entry) } : {}),
    ...(parts.includes('report') ? { report: more.report === null ? null : cutText(more.report, MAX_REPORT) } : {}),
    ...(more.diff === null ? {} : { diffstat: diffstatOf(more.diff) }),
  };
}

const runsOf = ({ runs }: BoardEntry): Json[] =>
  runs.slice(-MAX_ROWS).map(({ id, role, purpose, agent, startedAt, endedAt, cause, detail, outcome, usage }) => ({
    id,
    role: purpose === 'mend' ? 'fix' : role,
    agent,
    started: isoTime(startedAt),
    ended: isoTime(endedAt),
    cause,
    detail: cutText(detail, 500),
    outcome: outcome === null ? null : cutText(outcome, 500),
    usage,
  }));

const historyOf = ({ history }: BoardEntry): Json[] =>
  history.slice(-MAX_ROWS).map(({ at, from, to, verdict, by, commit, subject }) => ({
    at: isoTime(at),
    from,
    to,
    verdict,
    by,
    commit: commit.slice(0, 12),
    subject: cutText(subject, 200),
  }));

const diffstatOf = ({ kind, files }: EntryDiff): Json => ({
  kind,
  count: files.length,
  files: files.slice(0, MAX_FILES).map(({ path, added, removed }) => ({ path, added, removed })),
});
