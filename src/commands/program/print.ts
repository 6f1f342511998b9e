import { drawProblem, type Problem } from '../../problem.ts';
import type { Io } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** All problems at once, to stderr. */
export function printProblems(io: Pick<Io, 'stderr'>, problems: readonly Problem[]): ExitCode {
  io.stderr.write(problems.map((problem) => `${drawProblem(problem)}\n`).join(''));
  return EXIT.usage;
}

export const printJson = (io: Pick<Io, 'stdout'>, value: unknown): void =>
  void io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says no; FORCE_COLOR says yes. */
export function wantsColour({ env, isTTY }: Pick<Io, 'env' | 'isTTY'>): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return isTTY && env['TERM'] !== 'dumb';
}
