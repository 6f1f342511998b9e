import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';
import { openRepository } from '../git/open-repository.ts';
import { isNamedBy, withId } from '../pipeline/named-id.ts';
import { plain } from '../report/plain.ts';
import { waysOut } from '../report/ways/ways-out.ts';
import { listRuns, type RunRecord } from '../runs/list-runs.ts';
import { absentEntry } from '../surfaces/absent-entry.ts';
import { newestRun } from '../surfaces/entry-run.ts';
import { noRun } from '../surfaces/no-run.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printProblems } from './program/print.ts';
import { RunFollower } from './read/run-follower.ts';
import * as messages from './messages.ts';

/**
 * `kanban attach [id]`: what an entry's run does, from its beginning until it ends, as readable text or, with `--raw`, byte
 * by byte as the agent printed it; without an id all runs. With `--follow` later runs as well, until the entry has landed or
 * needs the user. It only reads: ending it leaves the runs alone.
 */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const { root } = opened.value;
  const [follow, raw] = [options['follow'] === true, options['raw'] === true];
  const [typed] = args;
  if (typed === undefined) return attachToAll(root, io, follow, raw);
  const record = newestRun(root, typed);
  const absent = record === null ? await absentEntry(io.cwd, typed) : null;
  if (absent !== null || (record === null && !follow)) return printProblems(io, absent ?? [noRun(typed)]);
  const taskId = record?.brief.taskId ?? typed;
  const earlier = listRuns(root).runs.filter(({ runId }) => runId !== record?.runId);
  const follower = new RunFollower(root, io, { raw, isLabelled: false, without: earlier });
  if (follow) return attachAcrossStages(follower, taskId, io);
  await follower.until(
    ({ runId }) => runId === record?.runId,
    async ({ active }) => active === 0,
  );
  return EXIT.done;
}

/** Without `--follow` until the runs that are on have ended. */
async function attachToAll(root: string, io: Io, follow: boolean, raw: boolean): Promise<ExitCode> {
  if (raw)
    return printProblems(io, [{ code: 'attach-usage', message: messages.RAW_NEEDS_ID, fix: messages.NAME_ENTRY }]);
  const { runs } = listRuns(root);
  const isOn = ({ state }: RunRecord): boolean => state === 'alive' || state === 'unclaimed';
  const now = runs.filter(isOn);
  if (now.length === 0 && !follow)
    return printProblems(io, [{ code: 'no-run', message: messages.NO_RUN_ON, fix: messages.FOLLOW_LATER_RUNS }]);
  const ids = new Set(now.map(({ runId }) => runId));
  const follower = new RunFollower(root, io, {
    raw,
    isLabelled: true,
    without: runs.filter(({ runId }) => !ids.has(runId)),
  });
  await follower.until(
    ({ runId }) => follow || ids.has(runId),
    async ({ active }) => !follow && active === 0,
  );
  return EXIT.done;
}

/** ms between two looks at the board while no run is active. */
const BOARD_INTERVAL_MS = 1_000;

async function attachAcrossStages(follower: RunFollower, taskId: string, io: Io): Promise<ExitCode> {
  let last: Standing = { end: null, lines: [] };
  const print = (): void => last.lines.forEach((line) => io.stderr.write(`${line}\n`));
  let lookedAt = Date.now();
  let isPrinted = false;
  await follower.until(
    ({ brief }) => isNamedBy(brief.taskId, taskId),
    async ({ active }) => {
      if (active > 0 || Date.now() - lookedAt < BOARD_INTERVAL_MS) return false;
      lookedAt = Date.now();
      last = await standing(taskId, io);
      if (last.end !== null) return true;
      if (!isPrinted) print();
      isPrinted = last.lines.length > 0;
      return false;
    },
  );
  print();
  return last.end ?? EXIT.done;
}

interface Standing {
  /** With which exit code following ends; null: a further run may come. */
  readonly end: ExitCode | null;
  readonly lines: readonly string[];
}

/** What becomes of an entry without an active run. */
async function standing(taskId: string, io: Io): Promise<Standing> {
  const snapshot = await readSnapshot(io.cwd);
  // A board that cannot be read for a moment is looked at again.
  if (!snapshot.ok) return { end: null, lines: [] };
  const entry = withId(snapshot.value.entries, taskId);
  if (entry === undefined) {
    const absent = (await absentEntry(io.cwd, taskId)) ?? [];
    const hasLanded = absent.some(({ code }) => code === 'has-landed');
    if (absent.length === 0) return { end: null, lines: [] };
    return { end: hasLanded ? EXIT.done : EXIT.personNeeded, lines: absent.map(({ message }) => `— ${message}`) };
  }
  if (entry.state === 'needs-person')
    return { end: EXIT.personNeeded, lines: [messages.needsYou(taskId, plain(entry.why)), ...waysOut(entry)] };
  return { end: null, lines: snapshot.value.coordinator === null ? [messages.NO_NEXT_STAGE] : [] };
}
