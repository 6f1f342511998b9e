import { join } from 'node:path';
import { nearestOf } from '../../board/nearest.ts';
import type { Entry } from '../../board/entry.ts';
import { entryBefore } from '../../coordinator/perform/entry-before.ts';
import { startRef } from '../../coordinator/observe/names.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { lastLines } from '../../runs/run-activity.ts';
import { listRuns, type RunRecord } from '../../runs/list-runs.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import { checkoutOf } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { baseMissing, unknownId } from '../../report/look-problems.ts';
import type { LogMove } from '../../report/log-moves.ts';
import type { EntryView, ShownRun } from '../../report/show.ts';
import { allWaysOut } from '../../report/ways-out.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { OpenBoard } from '../program/open-board.ts';
import { entriesOnBoard } from './entries-on-board.ts';
import { readLog } from './read-log.ts';

/** Collects all that is known of one entry, on the board or landed. Problem: `unknown-id`, with the nearest one. */
export async function gatherEntry(board: OpenBoard, snapshot: Snapshot, typed: string): Promise<Result<EntryView>> {
  const { repo, settings, view } = board;
  const read = await entriesOnBoard(board, snapshot.at);
  if (!read.ok) return read;
  if (view.base === null) return failed([baseMissing(settings.base)]);
  const entries = read.value;
  const entry = entries.find(({ id }) => id !== null && isSameId(id, typed)) ?? null;
  const history = (await readLog(repo, view.base, { id: entry?.id ?? typed, limit: null, since: null })).toReversed();
  const id = entry?.id ?? history.at(-1)?.id;
  if (id === undefined) return failed([unknownId(typed, nearest(typed, entries))]);
  const shown = snapshot.entries.find((one) => one.id === id) ?? null;
  const runs = listRuns(repo.root).runs.filter(({ brief }) => brief.taskId === id);
  const own =
    entry === null
      ? await ofAbsent(board, id, history)
      : { title: entry.title, place: entry.column, entry: shown, text: entry.source, ways: waysOf(shown) };
  return ok({
    id,
    ...own,
    runs: runs.map(shownRun),
    output: outputOf(runs.at(-1)),
    branch: await branchOf(board, id),
    history,
  });
}

const waysOf = (shown: EntryView['entry']): readonly string[] => (shown === null ? [] : allWaysOut(shown));

/** An entry that is not on the board any more, as its history shows it. */
async function ofAbsent(
  { repo, settings }: OpenBoard,
  id: string,
  history: readonly LogMove[],
): Promise<Pick<EntryView, 'title' | 'place' | 'entry' | 'text' | 'ways'>> {
  const past = await lastText(repo, settings, id, history);
  return {
    title: past?.title ?? history.at(-1)?.subject ?? id,
    place: leftBy(history),
    entry: null,
    text: past?.source ?? null,
    ways: waysBack(id, history),
  };
}

const nearest = (typed: string, entries: readonly Entry[]): string | null =>
  nearestOf(
    typed.toUpperCase(),
    entries.flatMap(({ id }) => id ?? []),
  );

/** How an entry that is not on the board has left it. */
const leftBy = (history: readonly LogMove[]): 'CHANGELOG' | 'ABANDONED' =>
  history.findLast(({ to }) => to !== null)?.to === 'CHANGELOG' ? 'CHANGELOG' : 'ABANDONED';

/** A landing of ours can be taken back. */
const waysBack = (id: string, history: readonly LogMove[]): readonly string[] => {
  const last = history.findLast(({ to }) => to !== null);
  return last?.to === 'CHANGELOG' && last.verdict !== 'landing by-hand' ? [`kanban undo ${id} --why "…"`] : [];
};

/** The entry's text as it stood right before the commit that took it off the board. */
async function lastText(
  repo: Repository,
  settings: Settings,
  id: string,
  history: readonly LogMove[],
): Promise<Entry | null> {
  const left = history.findLast(({ to }) => to === 'CHANGELOG' || to === 'ABANDONED');
  return left === undefined ? null : entryBefore(repo, settings, left.commit, id);
}

function shownRun({ brief, claim, result, taken }: RunRecord): ShownRun {
  const { runId, role, purpose, agent, createdAt } = brief;
  return {
    id: runId,
    role,
    purpose,
    agent,
    startedAt: result?.startedAt ?? claim?.claimedAt ?? createdAt,
    endedAt: result?.endedAt ?? null,
    cause: result?.cause ?? null,
    detail: result?.detail ?? '',
    usage: result?.usage ?? null,
    outcome: taken === null ? null : taken.commit === null ? taken.why : `recorded by ${taken.commit.slice(0, 7)}`,
  };
}

const OUTPUT_LINES = 10;

function outputOf(run: RunRecord | undefined): EntryView['output'] {
  if (run === undefined) return null;
  const lines = lastLines(join(run.folder, RUN_FILES.output)).slice(-OUTPUT_LINES);
  return lines.length === 0 ? null : { run: run.runId, lines };
}

async function branchOf({ repo, settings, view }: OpenBoard, id: string): Promise<EntryView['branch']> {
  const name = settings.branch.replaceAll('{id}', id);
  const tip = view.refs.get(`refs/heads/${name}`);
  if (tip === undefined) return null;
  const start = view.refs.get(startRef(id)) ?? view.base;
  const range = [
    `--max-count=100`,
    '--format=%H%x00%s',
    tip,
    ...(view.base === null ? [] : [`^${view.base}`]),
    ...(start === null ? [] : [`^${start}`]),
  ];
  const { stdout } = await git(['log', '-z', '--no-color', '--no-show-signature', ...range, '--'], { cwd: repo.root });
  const fields = stdout.split('\0');
  const commits = Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => ({
    sha: fields[2 * index] ?? '',
    subject: fields[2 * index + 1] ?? '',
  }));
  return { name, tip, worktree: checkoutOf(repo, `refs/heads/${name}`)?.path ?? null, commits };
}
