import { statfsSync } from 'node:fs';
import type { Collected } from './collect.ts';
import { withoutMissing } from './command-missing.ts';
import type { CheckPlan } from '../contract/brief.ts';
import { prepare } from './hooks.ts';
import type { LiveRun } from './live-run.ts';
import { reasonIn, tailOf } from './output.ts';
import { publishPatiently } from './publish.ts';
import { supervise } from './supervise.ts';
import type { ProgramEnd } from './supervise.ts';
import * as messages from './messages.ts';

/**
 * Carries out a claimed check: `after_create` where the worktree isn't ready, then the command, then result.json. The
 * causes: `reported` for exit code 0, `no-report` for any other; `timed-out`, `stopped` and `not-started` as in a run.
 * git is asked nothing and nothing is committed: the worktree is brought to the next commit before the next check.
 */
export async function executeCheck(run: LiveRun, check: CheckPlan): Promise<void> {
  const room = new Room(() => [run.brief.worktree, run.temporary ?? run.folder]);
  run.lookForStop();
  if (!run.ended) await prepare(run);
  const end = run.ended ? NOT_STARTED : await play(run, check, room);
  room.observe();
  conclude(run, end);
  await publishPatiently(run, {
    version: 1,
    runId: run.brief.runId,
    cause: run.ended?.cause ?? 'no-report',
    detail: run.ended?.detail ?? '',
    startedAt: run.startedAt,
    endedAt: Date.now(),
    awake: Math.round(run.awake),
    exit: end.exit,
    ...nothingCollected(check),
    output: run.outputSize(),
    tail: tailOf(run.outputPath),
    survivors: run.survivors,
    swept: [...run.swept.values()],
    room: room.least,
  });
  run.close();
}

/** What git would say of a check's work: there is none. */
export const nothingCollected = ({ commit }: CheckPlan): Collected => ({
  tip: commit,
  ahead: 0,
  changed: [],
  leftovers: null,
  rescued: [],
  boardRestored: [],
  faults: [],
  strays: [],
  reported: false,
});

const NOT_STARTED: ProgramEnd = { exit: null, spawnError: null };

async function play(run: LiveRun, check: CheckPlan, room: Room): Promise<ProgramEnd> {
  run.phase('check');
  const { timeout } = run.brief;
  run.outputBefore = run.outputSize();
  const end = await supervise(run, {
    file: 'sh',
    args: ['-c', check.command],
    stdin: null,
    timeout,
    late: () => ({ cause: 'timed-out', detail: messages.notDoneAfter(timeout) }),
    isAgent: true,
    onTick: () => room.observe(),
  });
  return withoutMissing(check.command, end, run.outputPath, run.outputBefore);
}

function conclude(run: LiveRun, { exit, spawnError }: ProgramEnd): void {
  if (run.ended) return;
  if (spawnError !== null) run.conclude('not-started', messages.notStarted(spawnError));
  else if (exit?.code === 0) run.conclude('reported', '');
  else run.conclude('no-report', messages.after(messages.endOf(exit), reasonIn(run.outputPath, run.outputBefore)));
}

/** A check that fails for want of room may have made some again before anybody can look. */
class Room {
  least = Number.MAX_SAFE_INTEGER;
  private readonly paths: () => readonly string[];

  constructor(paths: () => readonly string[]) {
    this.paths = paths;
  }

  observe(): void {
    for (const path of this.paths())
      try {
        const { bavail, bsize, files, ffree } = statfsSync(path);
        // No file can be made without an inode either; some file systems count none.
        this.least = Math.min(this.least, files > 0 && ffree === 0 ? 0 : bavail * bsize);
      } catch {
        // The command has removed it: that isn't want of room.
      }
  }
}
