import { examine } from '../doctor/examine.ts';
import type { Problem } from '../problem.ts';
import { renderExamination } from '../report/examination.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printJson, printProblems } from './program/print.ts';
import * as messages from './messages.ts';

/** `kanban doctor [--fix] [--probe [agent…]]`: preflight, the agents, and everything that is kept or left over. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const proves = options['probe'] === true;
  if (args.length > 0 && !proves) return printProblems(io, [NAMES_WITHOUT_PROBE]);
  const examination = await examine(io.cwd, {
    fix: options['fix'] === true,
    probe: proves ? args : null,
    onProbe: (agent) => io.stderr.write(`${messages.probing(agent)}\n`),
  });
  const unknown = args.filter(
    (name) =>
      !examination.unprobed.includes(name) &&
      !examination.agents.some((agent) => agent.name === name && agent.found !== null),
  );
  if (options['json'] === true) printJson(io, examination);
  else io.stdout.write(renderExamination(examination));
  if (unknown.length > 0) printProblems(io, unknown.map(notHere));
  const well = !examination.findings.some(({ level }) => level === 'stops') && examination.probes.every(({ ok }) => ok);
  return well && unknown.length === 0 ? EXIT.done : EXIT.preflightFailed;
}

const NAMES_WITHOUT_PROBE: Problem = {
  code: 'names-without-probe',
  message: messages.NAMES_NEED_PROBE,
  fix: 'kanban doctor --probe claude',
};

const notHere = (name: string): Problem => ({
  code: 'agent-not-here',
  message: messages.notInstalled(name),
  fix: messages.LIST_AGENTS,
});
