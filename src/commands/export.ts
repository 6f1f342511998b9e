import { resolve } from 'node:path';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { failed, type Result } from '../problem.ts';
import { bundleOf, type Bundle } from '../setup/export/bundle.ts';
import * as messages from '../setup/export/messages.ts';
import { EXISTS, writeBundle, type Written } from '../setup/export/write-bundle.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printJson, printProblems } from './program/print.ts';
import { askChoice, Interrupted } from './program/question.ts';
import { skillDoc } from './program/skill-doc.ts';

/** `kanban export DIR`: settings, prompts and an empty board for another repository. */
export default async function run(typed: ParsedArgs, io: Io): Promise<ExitCode> {
  try {
    return await exportWith(typed, io);
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    throw error;
  }
}

async function exportWith({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  try {
    const bundle = await bundleOf(opened.value, skillDoc());
    if (!bundle.ok) return printProblems(io, bundle.error);
    const done = await written(resolve(io.cwd, args[0] ?? ''), bundle.value, { io, options });
    if (!done.ok) return printProblems(io, done.error);
    const { emptied } = bundle.value;
    if (options['json'] === true) printJson(io, { ...done.value, emptied });
    else
      io.stdout.write(
        textOf(done.value, emptied)
          .map((line) => `${line}\n`)
          .join(''),
      );
    return EXIT.done;
  } finally {
    closeRepository(opened.value);
  }
}

/** Asks before it replaces anything, where the user sits at both ends. Ctrl-C or Ctrl-D at the question: nothing is written. */
async function written(
  folder: string,
  bundle: Bundle,
  { io, options }: { readonly io: Io; readonly options: ParsedArgs['options'] },
): Promise<Result<Written>> {
  const done = writeBundle(folder, bundle, options['overwrite'] === true);
  const isAsked = options['json'] !== true && io.isTTY && process.stdin.isTTY === true;
  if (done.ok || !isAsked || !done.error.every(({ code }) => code === EXISTS)) return done;
  io.stdout.write(done.error.map(({ message }) => `${message}\n`).join(''));
  const answer = await askChoice({ input: process.stdin, output: io.stdout }, messages.REPLACE, ['no', 'yes']);
  // What is different has just been printed.
  return answer === 'yes' ? writeBundle(folder, bundle, true) : failed([NOT_REPLACED]);
}

const NOT_REPLACED = { code: EXISTS, message: messages.NOTHING_WRITTEN, fix: messages.OVERWRITE };

const textOf = ({ folder, written, replaced, unchanged, kept }: Written, emptied: readonly string[]): string[] => [
  messages.wrote(written.length + replaced.length, folder),
  ...(unchanged.length === 0 ? [] : [messages.unchanged(unchanged.length)]),
  ...(kept.length === 0 ? [] : [messages.boardKept(kept)]),
  ...(emptied.length === 0 ? [] : [messages.emptied(emptied)]),
  messages.NEXT,
];
