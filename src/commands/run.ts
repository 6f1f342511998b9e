import { join } from 'node:path';
import { Coordinator } from '../coordinator/coordinator.ts';
import type { View } from '../contract/view.ts';
import { packageRoot } from '../system/package-root.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { useSpawner } from '../git/git.ts';
import { chooseView } from '../report/live/choose-view.ts';
import { withProgress } from '../report/live/progress-view.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { chosenEntries } from './read/chosen-entries.ts';
import { boardByKey, takesKeys } from './read/board-by-key.ts';
import { dryRun } from './read/dry-run.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { localClock, stampClock } from './program/local-clock.ts';
import { printProblems, wantsColour } from './program/print.ts';

/** `kanban run`: the coordinator, with what it does before the user's eyes. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const opened = await openRepository(io.cwd, options['dryRun'] !== true);
  if (!opened.ok) {
    printProblems(io, opened.error);
    return EXIT.preflightFailed;
  }
  const chosen = args.length === 0 ? null : await chosenEntries(opened.value, args);
  if (chosen !== null && !chosen.ok) {
    closeRepository(opened.value);
    return printProblems(io, chosen.error);
  }
  const only = chosen === null ? null : chosen.value.ids;
  for (const note of chosen?.value.notes ?? []) io.stderr.write(`${note}\n`);
  if (only?.size === 0) {
    closeRepository(opened.value);
    return EXIT.done;
  }
  if (options['dryRun'] === true)
    return dryRun(opened.value, { only, allowsDirty: options['allowDirty'] === true }, io);
  const progress = options['progress'];
  const chosenView = viewFor(io, options['json'] === true);
  const view = withProgress(chosenView, Date.now());
  const maxWait = options['maxWait'];
  const coordinator = new Coordinator({
    repo: opened.value,
    view,
    runnerFile: join(packageRoot(), 'dist', 'runner.cjs'),
    untilDone: options['untilDone'] === true,
    maxWait: typeof maxWait === 'number' ? maxWait : null,
    only,
    allowsDirty: options['allowDirty'] === true,
  });
  useSpawner(join(packageRoot(), 'dist', 'git-spawner.cjs'));
  const release = obeySignals(coordinator);
  const closeBoard = boardByKey(io, opened.value.root, chosenView);
  const timer = typeof progress === 'number' ? setInterval(() => view.progress(Date.now()), progress) : undefined;
  try {
    const { code, problems, lines } = await coordinator.run();
    await closeBoard();
    view.close();
    printProblems(io, problems);
    io.stderr.write(lines.map((line) => `${line}\n`).join(''));
    return code;
  } finally {
    clearInterval(timer);
    await closeBoard();
    view.close();
    release();
    useSpawner(null);
  }
}

const viewFor = (io: Io, json: boolean): View =>
  chooseView({
    json,
    isTTY: io.isTTY,
    colour: wantsColour(io),
    stdout: io.stdout,
    now: () => Date.now(),
    clock: localClock(Date.now()),
    stamp: stampClock,
    opensBoard: takesKeys(io),
    term: io.env['TERM'],
  });

/**
 * Ctrl-C once: nothing new starts, runs may finish; twice, or SIGTERM: runs are stopped, their work kept. SIGHUP ends the
 * coordinator at once and leaves the runs to the next one.
 */
function obeySignals(coordinator: Coordinator): () => void {
  const soft = (): void => coordinator.stop(false, 'Ctrl-C');
  const hard = (): void => coordinator.stop(true, 'SIGTERM');
  const leave = (): never => process.exit(129);
  process.on('SIGINT', soft).on('SIGTERM', hard).on('SIGHUP', leave);
  return () => void process.off('SIGINT', soft).off('SIGTERM', hard).off('SIGHUP', leave);
}
