import type { Place, Problem } from '../../problem.ts';
import type { FrontMatter } from '../front-matter.ts';
import { expects } from '../walk.ts';

const ADDRESS = /https?:\/\/[^\s"'`,}\]]+/g;

/** The texts that stand where the name of a variable must stand: a secret that was written instead. @param wrong paths of values that can't be read */
export function secretsOf({ data }: FrontMatter, wrong: readonly string[]): readonly string[] {
  return wrong.flatMap((dotted) => {
    const path = dotted.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    if (expects(path).kind !== 'secret') return [];
    const value = path.reduce<unknown>(
      (found, step) =>
        typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined,
      data,
    );
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? [String(value)] : [];
  });
}

/**
 * Problems draw the line that they are about, and are logged: where the value of a secret was written, it is replaced by
 * stars.
 */
export function withoutSecrets(problems: readonly Problem[], secrets: readonly string[]): readonly Problem[] {
  const hide = (line: string): string => secrets.reduce((text, secret) => text.replaceAll(secret, stars), line);
  return problems.map((problem) =>
    problem.where === undefined
      ? problem
      : { ...problem, where: { ...problem.where, lineText: hide(problem.where.lineText) } },
  );
}

/** A place in `notify`, whose addresses are secrets under whatever key they were written. */
export const withoutAddresses = (where: Place): Place => ({
  ...where,
  lineText: where.lineText.replaceAll(ADDRESS, stars),
});

/** Columns stay what they are. */
const stars = (text: string): string => '*'.repeat(text.length);
