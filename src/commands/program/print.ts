import { alike, drawAlike, type Problem } from '../../problem.ts';
import type { Io } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** All problems at once, to stderr. */
export function printProblems(io: Pick<Io, 'stderr'>, problems: readonly Problem[]): ExitCode {
  io.stderr.write(drawAll(problems, () => ''));
  return EXIT.usage;
}

/** Each group of problems that differ in their entry only as one. @param before what stands in front of one */
export const drawAll = (problems: readonly Problem[], before: (problem: Problem) => string): string =>
  alike(problems, before)
    .flatMap((group) => group.slice(0, 1).map((first) => `${before(first)}${drawAlike(group)}\n`))
    .join('');

export const printJson = (io: Pick<Io, 'stdout'>, value: unknown): void =>
  void io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says no; FORCE_COLOR says yes. */
export function wantsColour({ env, isTTY }: Pick<Io, 'env' | 'isTTY'>): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return isTTY && env['TERM'] !== 'dumb';
}
