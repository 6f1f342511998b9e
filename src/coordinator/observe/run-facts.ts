import { join } from 'node:path';
import { adapterNamed } from '../../agents/adapters.ts';
import { parseReport } from '../../agents/report/parse-report.ts';
import type { EndedRun, Found, History, PastRun, ReadReport, RunFacts } from '../../pipeline/world.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import { lstatOrNone } from '../../system/plain-file.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import * as messages from './messages.ts';

const HOUR = 3_600_000;
/** Runs that ended this long ago no longer count for backoff, ms. */
const PAST_RUNS_KEPT_MS = 12 * HOUR;

export interface RunFactsContext {
  readonly history: History;
  /** What runs changed of what all worktrees share, by run id. */
  readonly found: ReadonlyMap<string, Found> | undefined;
  /** Reports that have been read, by run id; read ones are added. */
  readonly ended: Map<string, EndedRun>;
}

/** Runs whose result is not recorded in base yet. */
export function runFacts(records: readonly RunRecord[], context: RunFactsContext): RunFacts[] {
  const { history, found } = context;
  return records.flatMap((record): RunFacts[] => {
    if (record.taken !== null || history.taken.has(record.runId)) return [];
    const { brief } = record;
    const startedAt = record.claim?.claimedAt ?? brief.createdAt;
    return [
      {
        id: brief.runId,
        taskId: brief.taskId,
        role: brief.role,
        purpose: brief.purpose,
        agent: brief.agent,
        state: stateOf(record),
        startedAt,
        deadlineAt: startedAt + brief.timeout,
        inject: adapterNamed(brief.adapter)?.capabilities.inject ?? 'none',
        stopping: record.stop !== null || isLost(record),
        lost: isLost(record),
        mustDiffer: brief.mustDiffer,
        before: brief.tip,
        ended:
          record.result === null
            ? null
            : { ...endedRun(record, record.result, context.ended), found: found?.get(record.runId) },
      },
    ];
  });
}

const isLost = ({ state }: RunRecord): boolean => state === 'dead' || state === 'lost';

function endedRun(
  record: RunRecord,
  result: NonNullable<RunRecord['result']>,
  known: RunFactsContext['ended'],
): EndedRun {
  const cached = known.get(record.runId);
  if (cached !== undefined) return cached;
  const text = result.reported ? record.reportText() : null;
  // Somebody has removed the run folder with the report in it.
  if (result.reported && lstatOrNone(join(record.folder, RUN_FILES.report)) === undefined)
    return lostWithFolder(record, result);
  const parsed = text === null ? null : parseReport(text, record.brief.role);
  const read: ReadReport =
    parsed === null
      ? { ok: false, missing: messages.NO_REPORT, isAbsent: true }
      : parsed.ok
        ? parsed
        : { ok: false, missing: parsed.problem, isAbsent: false };
  const ended: EndedRun = { result, report: read, outsideCommits: result.strays ?? [] };
  known.set(record.runId, ended);
  return ended;
}

function lostWithFolder({ runId }: RunRecord, result: NonNullable<RunRecord['result']>): EndedRun {
  const report = { ok: false, missing: messages.NO_REPORT, isAbsent: true } as const;
  const lost = { ...result, cause: 'lost', detail: messages.reportRemoved(runId), reported: false } as const;
  return { result: lost, report, outsideCommits: result.strays ?? [] };
}

function stateOf(record: RunRecord): RunFacts['state'] {
  switch (record.state) {
    case 'ended':
      return 'ended';
    case 'foreign':
      return 'foreign';
    case 'unclaimed':
      return 'starting';
    default:
      return 'alive';
  }
}

/** Runs that have ended, for backoff. @param now epoch ms */
export function pastRuns(records: readonly RunRecord[], now: number): PastRun[] {
  return records.flatMap(({ brief, result }): PastRun[] => {
    if (result === null || result.endedAt < now - PAST_RUNS_KEPT_MS) return [];
    const { runId: id, taskId, role, agent } = brief;
    return [
      {
        id,
        taskId,
        role,
        agent,
        cause: result.cause,
        detail: result.detail,
        endedAt: result.endedAt,
        providerUntil: result.providerUntil ?? null,
        login: result.login ?? false,
      },
    ];
  });
}

/** Commits that agents made outside their branch: those in base's trailers, and those of runs that are not recorded yet. */
export const outsideCommitShas = (runs: readonly RunFacts[], { outsideCommits }: History): string[] => [
  ...[...outsideCommits.values()].flat(),
  ...runs.flatMap(({ ended }) => ended?.outsideCommits.map(({ sha }) => sha) ?? []),
];
