import { join } from 'node:path';
import { adapterNamed } from '../../agents/adapters.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import type { HistoryFold } from '../../pipeline/history.ts';
import { sumUsage, type UsedRun } from '../../contract/usage.ts';
import type { EntryUsage, WorldUsage } from '../../pipeline/world.ts';
import { plainJsonOf } from '../../system/plain-file.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import { type Usage } from '../../contract/agent-event.ts';
import { isUsageFile, MOST_SMALL_RECORD } from '../../contract/records.ts';

/**
 * What agents have used: by base's trailers, and by the run folders of runs that no commit names yet (those that are on
 * among them). Only entries on the board are counted. The day is the coordinator's own, from midnight to midnight.
 */
export function readUsages(
  records: readonly RunRecord[],
  history: HistoryFold,
  onBoard: readonly (string | null)[],
  now: number,
): WorldUsage {
  const fresh = records.flatMap((record): (UsedRun & { readonly ended: boolean })[] => {
    const { runId, brief, result } = record;
    if (history.recorded.has(runId) || adapterNamed(brief.adapter)?.startConversation == null) return [];
    const usage = result === null ? usageSoFar(record) : (result.usage ?? null);
    return [{ id: runId, taskId: brief.taskId, at: result?.endedAt ?? now, usage, ended: result !== null }];
  });
  const { begins, ends } = dayOf(now);
  const today = [...since(history.usedRuns, begins), ...fresh.filter(({ at }) => at >= begins)];
  const entries = new Map<string, EntryUsage>();
  for (const id of onBoard) {
    const used = id === null ? null : ofEntry(id, history, fresh);
    if (id !== null && used !== null && used.runs > 0) entries.set(id, used);
  }
  return {
    entries,
    runs: runsSinceFreed(records, history, onBoard),
    today: sumUsage(today.map(({ usage }) => usage)),
    dayEnds: ends,
  };
}

/** Runs that base names, and those of run folders that it does not. Only entries on the board are looked up: history is long. */
function runsSinceFreed(
  records: readonly RunRecord[],
  history: HistoryFold,
  onBoard: readonly (string | null)[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const isSinceFreed = (id: string, at: number): boolean => at > (history.escalated.get(id) ?? 0);
  for (const id of onBoard) {
    const times = id === null ? undefined : history.runs.get(id);
    if (id !== null && times !== undefined) counts.set(id, times.filter((at) => isSinceFreed(id, at)).length);
  }
  for (const { runId, brief } of records)
    if (!history.taken.has(runId) && isSinceFreed(brief.taskId, brief.createdAt))
      counts.set(brief.taskId, (counts.get(brief.taskId) ?? 0) + 1);
  return counts;
}

function ofEntry(
  id: string,
  history: HistoryFold,
  fresh: readonly (UsedRun & { readonly ended: boolean })[],
): EntryUsage {
  const own = fresh.filter(({ taskId }) => taskId === id);
  const all: readonly UsedRun[] = [...(history.used.get(id) ?? []), ...own];
  const freed = history.escalated.get(id) ?? 0;
  return {
    runs: all.length,
    untold: all.filter(({ usage }) => usage === null).length,
    total: sumUsage(all.map(({ usage }) => usage)),
    sinceFreed: sumUsage(all.filter(({ at }) => at > freed).map(({ usage }) => usage)),
    unrecorded: own.filter(({ ended }) => ended),
  };
}

/** An active run writes its usage at every step. */
function usageSoFar({ folder }: RunRecord): Usage | null {
  return plainJsonOf(join(folder, RUN_FILES.usage), isUsageFile, MOST_SMALL_RECORD)?.run ?? null;
}

/** The runs at the end of a list in order of time. */
function since(runs: readonly UsedRun[], begins: number): readonly UsedRun[] {
  let first = runs.length;
  while (first > 0 && (runs[first - 1]?.at ?? 0) >= begins) first -= 1;
  return runs.slice(first);
}

function dayOf(now: number): { readonly begins: number; readonly ends: number } {
  const day = new Date(now);
  const begins = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  return { begins, ends: new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() };
}
