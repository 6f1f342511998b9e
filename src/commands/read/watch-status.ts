import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SNAPSHOT_FILES } from '../../contract/snapshot-files.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { keptSnapshot, readSnapshot, withActivity } from '../../coordinator/inspect/read-snapshot.ts';
import { SnapshotFiles } from '../../coordinator/publish/snapshot-files.ts';
import type { Repository } from '../../git/git.ts';
import { openRepository } from '../../git/open-repository.ts';
import { ok, type Problem, type Result } from '../../problem.ts';
import { createLiveView } from '../../report/live/live.ts';
import { follow, unfollow } from '../../system/followers.ts';
import type { Io } from '../program/command.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';
import { localClock, stampClock } from '../program/local-clock.ts';
import { printProblems, wantsColour } from '../program/print.ts';
import * as messages from '../messages.ts';

/** ms between two looks: at what a coordinator keeps, and at the board itself, which takes more time. */
const INTERVAL = { kept: 250, own: 1_000 } as const;
/** ms after which a follower touches its file again. */
const FOLLOW_AGAIN = 30_000;

type Draw = (snapshot: Snapshot, size: { readonly now: number; readonly width: number }) => string;

/**
 * Redraws the board on a terminal whenever it changes, until Ctrl-C; then the terminal is as it was.
 * @param draw the whole board as text; what does not fit is cut, and counted
 */
export async function watchStatus(io: Io, draw: Draw): Promise<ExitCode> {
  if (!io.isTTY || io.env['TERM'] === 'dumb')
    return printProblems(io, [
      { code: 'no-terminal', message: messages.WATCH_NEEDS_TERMINAL, fix: messages.EVENTS_AS_JSON },
    ]);
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const view = createLiveView({
    stdout: io.stdout,
    now: () => Date.now(),
    clock: localClock(Date.now()),
    stamp: stampClock,
    colour: wantsColour(io),
    frame: (snapshot, { now, width, height }) => fitted(draw(snapshot, { now, width }), height),
  });
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  const followers = join(opened.value.root, '.kanban', SNAPSHOT_FILES.followers);
  try {
    const problems = await show(opened.value, io.cwd, {
      each: (snapshot) => view.snapshot(snapshot),
      touch: () => follow(followers, String(process.pid)),
      signal: stop.signal,
    });
    view.close();
    return problems.length > 0 ? printProblems(io, problems) : EXIT.interrupted;
  } finally {
    view.close();
    unfollow(followers, String(process.pid));
    for (const signal of signals) process.off(signal, end);
  }
}

interface Watching {
  readonly each: (snapshot: Snapshot) => void;
  /** A coordinator is at work: it is to know that somebody follows. */
  readonly touch: () => void;
  readonly signal: AbortSignal;
}

/** @returns why the board could not be read at the first look; nothing when it was stopped */
async function show(repo: Repository, cwd: string, { each, touch, signal }: Watching): Promise<readonly Problem[]> {
  const files = new SnapshotFiles(repo.root);
  let touchedAt = 0;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const kept = await keptSnapshot(repo, files);
    if (kept !== null && Date.now() - touchedAt > FOLLOW_AGAIN) {
      touch();
      touchedAt = Date.now();
    }
    const read: Result<Snapshot> = kept === null ? await readSnapshot(cwd) : ok(withActivity(kept, repo.root));
    // A board that cannot be read for a moment (a rebase, a broken edit) is shown as it was.
    if (!read.ok && isFirst) return read.error;
    if (read.ok) each(read.value);
    // It ends at once, by an error, when it is aborted.
    await pause(kept === null ? INTERVAL.own : INTERVAL.kept, undefined, { signal }).catch(() => {});
  }
  return [];
}

function fitted(text: string, height: number): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.length <= height
    ? lines
    : [...lines.slice(0, height - 1), messages.moreLines(lines.length - height + 1)];
}
