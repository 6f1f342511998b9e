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

/** The problem as text: one line, the line in question underlined, how to fix it. No colour, no control characters. */
export function drawProblem(problem: Problem): string {
  const out: string[] = [];
  out.push(`${problem.where ? at(problem.where) : ''}${problem.message} [${problem.code}]`);
  if (problem.where) out.push(...underline(problem.where));
  for (const { message, where } of problem.also ?? []) out.push(`  ${at(where)}${message}`, ...underline(where));
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
