import type { InitOptions } from '../setup/init-plan.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { describeInit } from '../setup/describe-init.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { init } from '../setup/init-plan.ts';
import { printJson, printProblems } from './program/print.ts';

/** `kanban init`; asks only where the user sits at both ends. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const { agent, base } = options;
  const asks = io.isTTY && process.stdin.isTTY === true && options['json'] !== true;
  const done = await init({
    cwd: io.cwd,
    dryRun: options['dryRun'] === true,
    ...(typeof agent === 'string' ? { agent } : {}),
    ...(typeof base === 'string' ? { base } : {}),
    guard: options['guard'] === true,
    ...(asks ? { ask: askOnTerminal(io) } : {}),
  });
  if (!done.ok) return printProblems(io, done.error);
  if (options['json'] === true) printJson(io, done.value);
  else io.stdout.write(`${describeInit(done.value)}\n`);
  return EXIT.done;
}

/** Numbered choices; Enter takes the first. */
const askOnTerminal =
  (io: Io): NonNullable<InitOptions['ask']> =>
  async (question, choices) => {
    const { createInterface } = await import('node:readline/promises');
    const terminal = createInterface({ input: process.stdin, output: io.stdout });
    const list = choices.map((choice, index) => `  ${index + 1}  ${choice}`).join('\n');
    try {
      const answer = (await terminal.question(`${question}\n${list}\n[1] `)).trim();
      return choices[Number(answer) - 1] ?? choices.find((choice) => choice === answer) ?? choices[0] ?? '';
    } finally {
      terminal.close();
    }
  };
