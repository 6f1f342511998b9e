import { plainText } from './plain-text.ts';

/** A place in a text file. Lines and columns count from 1; a column counts UTF-16 units. */
export interface Place {
  /** Path as shown to the user, relative to the repository's root. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters to underline (at least 1). */
  readonly length: number;
  /** The whole line, so that a problem can be drawn when the file has changed since. */
  readonly lineText: string;
}

/** An expected failure: what, where, and how to fix it. Bugs are thrown; these are values. */
export interface Problem {
  /** Stable, readable name: `duplicate-task-id`. */
  readonly code: string;
  /** What is wrong, one sentence. */
  readonly message: string;
  readonly where?: Place;
  /** How to fix it; a command to copy where there is one. */
  readonly fix?: string;
  /** Further places that explain it ("first written here"). */
  readonly also?: readonly { readonly message: string; readonly where: Place }[];
  /** Task ids (or note keys) that it holds back. Empty or absent: it concerns the file as a whole. */
  readonly holds?: readonly string[];
  /** Probably not what was meant, but readable: it holds nothing back and does not count for an exit code. */
  readonly warning?: true;
}

export type Result<T, E = readonly Problem[]> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const failed = <E>(error: E): Result<never, E> => ({ ok: false, error });

/**
 * Builds a Place from an offset into a text.
 * @param offset UTF-16 offset into `text` (a leading BOM counts).
 */
export function placeAt(file: string, text: string, offset: number, length = 1): Place {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const rest = text.slice(start);
  const end = rest.search(/[\r\n]/);
  const line = before.split(/\r\n|\r|\n/).length;
  const lineText = end < 0 ? rest : rest.slice(0, end);
  return { file, line, column: offset - start + 1, length: Math.max(1, length), lineText };
}

/** The entry that a message is about: `T-12 `, or its title in quotes, at the beginning. */
const NAME = /^(?:"[^\r\n]*?"|[A-Za-z]\w*-\d+)(?= (?:is|was|has|names|depends) )/;

/** The message without the entry's name; null: it names none. A quoted word may be that of a field. */
function shapeOf({ message, where }: Problem): string | null {
  const name = NAME.exec(message)?.[0];
  const isTitle = /^\s*(?:#|[-*+]\s+\[)/.test(where?.lineText ?? '');
  return name === undefined || (name.startsWith('"') && !isTitle) ? null : `…${message.slice(name.length)}`;
}

/** What problems that differ in their entry only have in common, and that entry; null: it names none. */
export function kindOf(problem: Problem): { readonly kind: string; readonly name: string } | null {
  const shape = problem.where === undefined ? null : shapeOf(problem);
  if (shape === null) return null;
  return { kind: JSON.stringify([problem.code, shape, problem.fix]), name: NAME.exec(problem.message)?.[0] ?? '' };
}

/** Problems of files that differ in nothing but their entry, as groups, in the order of their first ones. */
export function alike<T extends Problem>(problems: readonly T[], levelOf: (problem: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const problem of problems) {
    const key = JSON.stringify([levelOf(problem), kindOf(problem)?.kind ?? groups.size]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()];
}

const MOST_OTHERS = 20;

/** Where else the same is found: `also: T-2 (board/TODO.md:5), "Write it" (board/TODO.md:7)` */
function others(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  const named = problems.slice(0, MOST_OTHERS).map(({ message, where }) => {
    const name = NAME.exec(message)?.[0] ?? message;
    return where === undefined ? name : `${name} (${where.file}:${where.line})`;
  });
  const more = problems.length - named.length;
  return [`  also: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

/** The problem as text: one line, the line in question underlined, how to fix it. No colour, no control characters. */
export const drawProblem = (problem: Problem): string => drawAlike([problem]);

/** A group of `alike` in the same way: its first problem, and where else it is found. */
export function drawAlike([problem, ...same]: readonly Problem[]): string {
  if (problem === undefined) return '';
  const out: string[] = [];
  out.push(`${problem.where ? at(problem.where) : ''}${problem.message} [${problem.code}]`);
  if (problem.where) out.push(...underline(problem.where));
  for (const { message, where } of problem.also ?? []) out.push(`  ${at(where)}${message}`, ...underline(where));
  out.push(...others(same));
  if (problem.fix) out.push(`  fix: ${problem.fix}`);
  return plainText(out.join('\n'));
}

const at = (where: Place): string => `${where.file}:${where.line}:${where.column}: `;

function underline(where: Place): string[] {
  const text = where.lineText.replaceAll('\t', ' ');
  // What is left out of the line moves what is underlined.
  const before = plainText(text.slice(0, where.column - 1));
  const rest = plainText(text.slice(where.column - 1));
  const room = Math.max(1, Math.min(where.length, rest.length));
  return [`    ${before}${rest}`, `    ${' '.repeat(before.length)}${'~'.repeat(room)}`];
}
