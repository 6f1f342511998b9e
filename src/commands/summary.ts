import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { failed, ok } from '../problem.ts';

import { renderSummary } from '../report/summary/summary-text.ts';
import { summaryOf, type SummaryRun } from '../report/summary/summary.ts';
import { listRuns } from '../runs/list-runs.ts';
import { readLog, withTitles } from '../surfaces/read-log.ts';
import { withBoard } from '../surfaces/with-board.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { localClock } from './program/local-clock.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';

/** ms: a night. */
const PERIOD = 12 * 60 * 60 * 1000;

/** `kanban summary`: what landed, failed and waits, with its cost, since last night. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const since = typeof options['since'] === 'number' ? options['since'] : Date.now() - PERIOD;
  const snapshot = await readSnapshot(io.cwd);
  if (!snapshot.ok) return printProblems(io, snapshot.error);
  const read = await withBoard(io.cwd, async ({ repo, view, settings }) => {
    if (view.base === null) return failed([missingBase(repo, settings.base)]);
    const moves = await withTitles(repo, settings, await readLog(repo, view.base, { id: null, limit: null, since }));
    return ok(summaryOf({ moves, runs: runsSince(repo.root, since), snapshot: snapshot.value, since }));
  });
  if (!read.ok) return printProblems(io, read.error);
  const now = Date.now();
  if (options['json'] === true) printJson(io, read.value);
  else {
    const shown = { clock: localClock(now), width: io.columns ?? null, colour: wantsColour(io) };
    io.stdout.write(renderSummary(read.value, snapshot.value, shown));
  }
  return EXIT.done;
}

const runsSince = (root: string, since: number): SummaryRun[] =>
  listRuns(root).runs.flatMap(({ runId, brief, result }) =>
    result === null || result.endedAt < since ? [] : [{ id: runId, taskId: brief.taskId, usage: result.usage ?? null }],
  );
