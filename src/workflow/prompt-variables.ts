import { closest, distance } from 'fastest-levenshtein';
import type { Liquid, Template, Variable } from 'liquidjs';
import { placeAt, type Problem } from '../problem.ts';
import * as messages from './messages.ts';

/** Names that a prompt may use: of each, the names below; null = any (people choose the keys of fields). */
const KNOWN: Readonly<Record<string, readonly string[] | null>> = {
  '': ['entry', 'run', 'git', 'findings', 'handover', 'rules'],
  entry: ['id', 'title', 'text', 'fields', 'criteria'],
  run: ['role', 'attempt', 'minutes', 'report', 'purpose'],
  git: ['worktree', 'branch', 'base', 'changed', 'commits'],
  handover: ['next', 'reports', 'blockers', 'undo', 'restart', 'text'],
  'handover.restart': ['why', 'commits', 'actions', 'status'],
  'entry.fields': null,
};

/** Of texts and lists, beside their items. */
const OF_VALUES = new Set(['size', 'first', 'last']);

/** Every unknown variable of a template, also in branches that no run has taken yet. */
export function unknownVariables(
  engine: Liquid,
  parsed: Template[],
  template: string,
  file: string,
): readonly Problem[] {
  const { globals } = engine.analyzeSync(parsed, { partials: false });
  return Object.values(globals)
    .flat()
    .flatMap((variable) => unknown(variable, template, file))
    .sort((a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0));
}

/** Whether a template uses this name, or one below it, anywhere. */
export const usesVariable = (engine: Liquid, parsed: Template[], name: string): boolean =>
  name in engine.analyzeSync(parsed, { partials: false }).globals;

function unknown({ segments, location }: Variable, template: string, file: string): Problem[] {
  let path = '';
  for (const segment of segments) {
    const known = KNOWN[path];
    // Below fields, values and what is reached by a variable, the template may go where it likes.
    if (known === null || typeof segment !== 'string') return [];
    if (known === undefined)
      return OF_VALUES.has(segment) || path === 'entry.criteria' || path === 'handover.reports'
        ? []
        : [problem(path, segment, [])];
    if (!known.includes(segment)) return [problem(path, segment, known)];
    path = path === '' ? segment : `${path}.${segment}`;
  }
  return [];

  function problem(under: string, segment: string, known: readonly string[]): Problem {
    const full = (last: string): string => (under === '' ? last : `${under}.${last}`);
    const name = full(segment);
    const near = known.length > 0 ? closest(segment, known) : '';
    const alike = near !== '' && distance(segment, near) <= Math.ceil(near.length / 2);
    const fix = alike ? messages.writeName(full(near)) : messages.knownNames(known.map(full));
    const where = placeAt(file, template, offsetAt(template, location.row, location.col), name.length);
    return {
      code: 'prompt-unknown-variable',
      message: messages.unknownVariable(name),
      where,
      ...(known.length > 0 ? { fix } : {}),
    };
  }
}

function offsetAt(text: string, row: number, column: number): number {
  let offset = 0;
  for (let line = 1; line < row; line++) offset = text.indexOf('\n', offset) + 1;
  return offset + column - 1;
}
