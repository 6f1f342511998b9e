#!/usr/bin/env node
import type { CommandSpec, Io } from './commands/program/command.ts';
import { EXIT, type ExitCode } from './commands/program/exit-codes.ts';
import { plainly } from './commands/program/plain-stream.ts';
import { readCommandLine } from './commands/program/program.ts';
import { VERSION } from './version.ts';

/** What we say of arguments, files and errors is text, whatever they hold. */
const stderr = plainly(process.stderr);

let running: CommandSpec | null = null;

// A command that never ends its promise is a bug, not a success; `end` says otherwise.
process.exitCode = EXIT.bug;

// Whoever read our output has left (`kanban log | head`, a closed terminal): nothing more is to be reported. A coordinator
// works on.
const READER_GONE = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!READER_GONE.has(error.code ?? '')) throw error;
    if (stream === process.stdout && running?.outlivesReader !== true) process.exit(EXIT.done);
  });
process.on('uncaughtException', (error) => void fail(error).then(end));

main().then(end, (error: unknown) => fail(error).then(end));

async function main(): Promise<ExitCode> {
  const asked = await readCommandLine(process.argv.slice(2), outside(), VERSION);
  if (asked.kind === 'ended') return asked.code;
  running = asked.spec;
  if (asked.folder !== null && !(await goTo(asked.folder))) return EXIT.usage;
  const io = outside();
  const { refusedFromRun } = await import('./commands/program/check-origin.ts');
  const refused = await refusedFromRun(asked.spec.name, asked.args, io);
  if (refused !== null) {
    const { printProblems } = await import('./commands/program/print.ts');
    printProblems(io, [refused]);
    return EXIT.usage;
  }
  const { default: command } = await asked.spec.load();
  return command(asked.args, io);
}

/** As `git -C`. @returns false: it has been printed why not */
async function goTo(folder: string): Promise<boolean> {
  try {
    process.chdir(folder);
    return true;
  } catch (error) {
    const { noSuchFolder } = await import('./commands/messages.ts');
    stderr.write(`error: ${noSuchFolder(folder, (error as NodeJS.ErrnoException).code ?? '')}\n`);
    return false;
  }
}

function outside(): Io {
  const { stdout, env } = process;
  const isTTY = stdout.isTTY === true;
  return { cwd: process.cwd(), stdout, stderr, env, isTTY, columns: isTTY ? stdout.columns : undefined };
}

/** A throw: a disk error is reported as such, everything else is a bug of ours. */
async function fail(error: unknown): Promise<ExitCode> {
  const { describeThrown } = await import('./report/thrown.ts');
  const facts = {
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    command: running?.name ?? '',
  };
  const { text, bug } = describeThrown(error, facts);
  stderr.write(text);
  return bug ? EXIT.bug : EXIT.usage;
}

/** Leaves when all has been written: a pipe takes its time, and a forgotten timer must not keep us. */
function end(code: ExitCode): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
