import { join } from 'node:path';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { git, type Repository } from '../git/git.ts';
import { readHistory, type HistoryCommit } from '../git/history/trailers.ts';
import { metricsOf, type By, type Metrics } from '../metrics/figures.ts';
import { MetricsFold } from '../metrics/fold.ts';
import { isKeptFold, type KeptFold } from '../metrics/fold-shape.ts';
import type { FoldState } from '../metrics/rows.ts';
import { failed, ok, type Result } from '../problem.ts';
import { MOST_BYTES, plainJsonOf } from '../system/plain-file.ts';
import { writeWhole } from '../system/write-once.ts';
import { countedEvent, COUNTED_TYPES } from '../metrics/counted-events.ts';
import { EventsFold, type EventFigures } from '../metrics/events.ts';
import { readEvents, startOfEvents } from '../runs/event-log.ts';
import type { BoardContext } from './with-board.ts';

/** The figures of a board's base. @param since epoch ms; null = from the beginning. Problem: base does not exist. */
export async function boardMetrics(
  { repo, settings, view }: BoardContext,
  query: { readonly since: number | null; readonly by: By | null },
): Promise<Result<Metrics>> {
  if (view.base === null) return failed([missingBase(repo, settings.base)]);
  const ofGit = metricsOf(await readMetrics(repo, view.base), settings.base, query);
  const { figures, titles } = readEventLog(repo.root, query.since ?? 0);
  const history = ofGit.history.map((one) => ({ ...one, title: one.title ?? titles.get(one.id) ?? null }));
  return ok({ ...ofGit, history, events: figures });
}

/**
 * Figures of the log of events, which only the checkout of the coordinator has, and the titles of entries that have left the
 * board. @param since epoch ms
 */
function readEventLog(
  root: string,
  since: number,
): { readonly figures: EventFigures | null; readonly titles: ReadonlyMap<string, string> } {
  const fold = new EventsFold(since);
  const titles = new Map<string, string>();
  for (let place = startOfEvents(root); ;) {
    const { events, next } = readEvents(root, place, COUNTED_TYPES);
    for (const { event } of events) {
      const counted = countedEvent(event);
      if (counted === null) continue;
      fold.add(counted);
      if ('title' in counted && counted.title !== undefined) titles.set(counted.id, counted.title);
    }
    if (next.file === place.file && next.offset === place.offset) return { figures: fold.figures, titles };
    place = next;
  }
}

/**
 * The figures of base's history, from its first-parent trailers alone: every clone has the same. What was counted is kept
 * in the git dir by base's SHA, so only new commits are read. @param base SHA
 */
async function readMetrics(repo: Repository, base: string): Promise<FoldState> {
  const path = join(repo.commonDir, 'kanban', 'metrics.json');
  const kept = readKept(path);
  if (kept?.at === base) return kept;
  const fold = (kept === null ? null : await continued(repo, kept, base)) ?? (await whole(repo, base));
  try {
    writeWhole(path, JSON.stringify(fold.state));
  } catch {
    // A full or read-only disk: counted anew the next time.
  }
  return fold.state;
}

async function whole(repo: Repository, base: string): Promise<MetricsFold> {
  const fold = new MetricsFold();
  addAll(fold, await readHistory(repo, null, base));
  return fold;
}

/** Only with commits that continue the line that was counted: after a rewrite, or a merge that leaves that line, all is counted anew. */
async function continued(repo: Repository, kept: KeptFold, base: string): Promise<MetricsFold | null> {
  if (!(await hasObject(repo, kept.at))) return null;
  const commits = await readHistory(repo, kept.at, base);
  if (commits.at(-1)?.parents[0] !== kept.at) return null;
  const fold = new MetricsFold(kept);
  addAll(fold, commits);
  return fold;
}

/** @param commits newest first */
function addAll(fold: MetricsFold, commits: readonly HistoryCommit[]): void {
  for (const { sha, at, committer, subject, trailers } of commits.toReversed())
    fold.add({ sha, at, committerEmail: committer.email, subject, trailers });
}

const hasObject = async (repo: Repository, sha: string): Promise<boolean> =>
  (await git(['cat-file', '-e', sha], { cwd: repo.root, okExit: [0, 1, 128] })).code === 0;

/** What does not have the right shape is counted anew. */
const readKept = (path: string): KeptFold | null => plainJsonOf(path, isKeptFold, MOST_BYTES);
