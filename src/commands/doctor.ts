import { examine } from '../coordinator/doctor-look.ts';
import { renderExamination } from '../report/examination.ts';
import type { Io, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printJson } from './print.ts';

/** `kanban doctor [--fix]`: preflight, and everything that is kept or left over. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const examination = await examine(io.cwd, options['fix'] === true);
  if (options['json'] === true) printJson(io, examination);
  else io.stdout.write(renderExamination(examination));
  return examination.findings.some(({ level }) => level === 'stops') ? EXIT.preflightFailed : EXIT.done;
}
