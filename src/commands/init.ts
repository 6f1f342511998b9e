import type { InitOptions } from '../setup/init-plan.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { plainText } from '../plain-text.ts';
import * as messages from '../setup/messages-adopt.ts';
import { describeInit } from '../setup/describe-init.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { init } from '../setup/init-plan.ts';
import { printJson, printProblems } from './program/print.ts';
import { askChoice, Interrupted } from './program/question.ts';

/** `kanban init`; asks only where the user sits at both ends. Ctrl-C at a question: nothing is written. */
export default async function run(args: ParsedArgs, io: Io): Promise<ExitCode> {
  try {
    return await initWith(args, io);
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    throw error;
  }
}

async function initWith({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const { agent, base, adopt } = options;
  const asks = io.isTTY && process.stdin.isTTY === true && options['json'] !== true;
  const done = await init({
    cwd: io.cwd,
    dryRun: options['dryRun'] === true,
    ...(typeof agent === 'string' ? { agent } : {}),
    ...(typeof base === 'string' ? { base } : {}),
    ...(typeof adopt === 'string' ? { adopt, review: reviewer(io, options) } : {}),
    guard: options['guard'] === true,
    ...(options['skill'] === true ? { skill: (await import('./program/skill-doc.ts')).skillDoc() } : {}),
    ...(asks ? { ask: askOnTerminal(io) } : {}),
  });
  if (!done.ok) return printProblems(io, done.error);
  if (options['json'] === true) printJson(io, done.value);
  else io.stdout.write(`${describeInit(done.value)}\n`);
  return EXIT.done;
}

/** Prints what adopting changes, before it is written; asks where the user sits at both ends and has not said `--yes`. */
const reviewer =
  (io: Io, options: ParsedArgs['options']): NonNullable<InitOptions['review']> =>
  async ({ file, todo, diff, ...passages }) => {
    const isSilent = options['json'] === true;
    const lines = messages.reviewLines({ file, todo }, passages);
    if (!isSilent) io.stdout.write(`${messages.PREVIEW}\n\n${plainText(diff)}\n${lines.join('\n')}\n\n`);
    if (options['yes'] === true || options['dryRun'] === true) return true;
    if (isSilent || !io.isTTY || process.stdin.isTTY !== true) return false;
    return (await askOnTerminal(io)(messages.APPLY, ['no', 'yes'])) === 'yes';
  };

const askOnTerminal =
  (io: Io): NonNullable<InitOptions['ask']> =>
  (question, choices) =>
    askChoice({ input: process.stdin, output: io.stdout }, question, choices);
