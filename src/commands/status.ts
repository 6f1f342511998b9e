import { renderStatus } from '../report/status.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { localClock } from './program/local-clock.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { readSnapshot } from '../coordinator/publish/read-snapshot.ts';

/** `kanban status`, and plain `kanban`. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const read = await readSnapshot(io.cwd);
  if (!read.ok) return printProblems(io, read.error);
  const now = Date.now();
  if (options['json'] === true) printJson(io, read.value);
  else
    io.stdout.write(
      renderStatus(read.value, {
        now,
        clock: localClock(now),
        width: io.columns ?? null,
        colour: wantsColour(io),
        details: options['details'] === true,
      }),
    );
  return EXIT.done;
}
