import { nearestOf } from '../../board/nearest.ts';
import type { Io, ParsedArgs } from '../program/command.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';
import { printProblems } from '../program/print.ts';
import * as messages from '../messages.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<string, () => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `kanban completion <shell>`: a script for the shell's start-up file. */
export default async function run({ args }: ParsedArgs, io: Io): Promise<ExitCode> {
  const shell = args[0] ?? '';
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined) {
    const shells = Object.keys(SCRIPTS);
    const fix = `kanban completion ${nearestOf(shell, shells) ?? 'bash'}`;
    return printProblems(io, [{ code: 'unknown-shell', message: messages.unknownShell(shell, shells), fix }]);
  }
  io.stdout.write(script());
  return EXIT.done;
}
