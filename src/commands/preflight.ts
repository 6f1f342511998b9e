import { inspectPreflight } from '../coordinator/inspect/inspect-preflight.ts';
import { drawFindings } from '../preflight/draw.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printJson } from './program/print.ts';

/** `kanban preflight`: every finding, each with how to fix it. Exit 3 if one stops all. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const findings = await inspectPreflight(io.cwd);
  if (options['json'] === true) printJson(io, findings);
  else io.stdout.write(`${drawFindings(findings)}\n`);
  return findings.some(({ level }) => level === 'stops') ? EXIT.preflightFailed : EXIT.done;
}
