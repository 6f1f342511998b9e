import { join } from 'node:path';
import type { Entry } from '../board/entry.ts';
import { estimateOf } from '../board/estimate.ts';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { entryBefore } from '../coordinator/perform/entry-before.ts';
import { branchName, startRef } from '../coordinator/observe/names.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import { lastLines } from '../runs/run-activity.ts';
import { listRuns, type RunRecord } from '../runs/list-runs.ts';
import { withId } from '../pipeline/named-id.ts';
import { checkoutOf } from '../git/checkout.ts';
import { git, type Repository } from '../git/git.ts';
import { failed, ok, type Result } from '../problem.ts';
import { unknownAmong } from '../report/look-problems.ts';
import { verdictText } from '../report/log.ts';
import type { LogMove } from '../report/log-moves.ts';
import type { EntryView, RunFiles, ShownRun } from '../report/show.ts';
import { workSeconds } from '../report/work-time.ts';
import { allWaysOut } from '../report/ways/ways-out.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Settings } from '../workflow/settings.ts';
import { filesOfRuns } from './audit/run-files.ts';
import type { BoardContext } from './with-board.ts';
import { entriesOnBoard, idsOf } from './entries-on-board.ts';
import { readLog } from './read-log.ts';

/** Collects all that is known of one entry, on the board or landed. Problem: `unknown-id`, with the nearest one. */
export async function gatherEntry(board: BoardContext, snapshot: Snapshot, typed: string): Promise<Result<EntryView>> {
  const read = await entriesOnBoard(board, snapshot.at);
  return read.ok ? viewOf(board, snapshot, typed, read.value) : read;
}

/** The same of entries that have been read. */
export async function viewOf(
  board: BoardContext,
  snapshot: Snapshot,
  typed: string,
  entries: readonly Entry[],
): Promise<Result<EntryView>> {
  const { repo, settings, view } = board;
  if (view.base === null) return failed([missingBase(repo, settings.base)]);
  const entry = withId(entries, typed) ?? null;
  const named = (await readLog(repo, view.base, { id: entry?.id ?? typed, limit: null, since: null })).toReversed();
  const id = entry?.id ?? named.at(-1)?.id;
  // Several may have the number that was typed.
  const history = named.filter((move) => move.id === id);
  if (id === undefined) return failed([unknownAmong(typed, idsOf(entries))]);
  const shown = snapshot.entries.find((one) => one.id === id) ?? null;
  const runs = listRuns(repo.root).runs.filter(({ brief }) => brief.taskId === id);
  const files = await filesOfRuns(repo, runs, view.base);
  const own =
    entry === null
      ? await ofAbsent(board, id, history)
      : {
          title: entry.title,
          place: entry.column,
          entry: shown,
          text: entry.source,
          ways: waysOf(shown),
          estimate: estimateOf(entry),
        };
  return ok({
    id,
    ...own,
    runs: runs.map((run) => shownRun(run, files.get(run.runId) ?? null, history)),
    output: outputOf(runs.at(-1)),
    branch: await branchOf(board, id),
    history,
    seconds: workSeconds(history, snapshot.at),
  });
}

const waysOf = (shown: EntryView['entry']): readonly string[] => (shown === null ? [] : allWaysOut(shown));

/** An entry that is not on the board any more, as its history shows it. */
async function ofAbsent(
  { repo, settings }: BoardContext,
  id: string,
  history: readonly LogMove[],
): Promise<Pick<EntryView, 'title' | 'place' | 'entry' | 'text' | 'ways' | 'estimate'>> {
  const past = await lastText(repo, settings, id, history);
  return {
    title: past?.title ?? history.at(-1)?.subject ?? id,
    place: leftBy(history),
    entry: null,
    text: past?.source ?? null,
    ways: waysBack(id, history),
    estimate: past === null ? null : estimateOf(past),
  };
}

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
  const left = history.findLast(({ to, deleted }) => to === 'CHANGELOG' || to === 'ABANDONED' || deleted !== null);
  return left === undefined ? null : entryBefore(repo, settings, left.commit, id);
}

function shownRun(
  { brief, claim, result, taken }: RunRecord,
  files: RunFiles | null,
  history: readonly LogMove[],
): ShownRun {
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
    verdict: verdictOn(runId, history),
    usage: result?.usage ?? null,
    files,
    outcome: taken === null ? null : taken.commit === null ? taken.why : `recorded by ${taken.commit.slice(0, 7)}`,
  };
}

/** `task done` without the role, which stands beside it; null: not recorded. */
function verdictOn(runId: string, history: readonly LogMove[]): string | null {
  const recorded = history.find(({ run }) => run === runId);
  return recorded === undefined ? null : verdictText(recorded).replace(/^\S+ ?/, '') || null;
}

const OUTPUT_LINES = 10;

function outputOf(run: RunRecord | undefined): EntryView['output'] {
  if (run === undefined) return null;
  const lines = lastLines(join(run.folder, RUN_FILES.output)).slice(-OUTPUT_LINES);
  return lines.length === 0 ? null : { run: run.runId, lines };
}

async function branchOf({ repo, settings, view }: BoardContext, id: string): Promise<EntryView['branch']> {
  const name = branchName(settings, id);
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
