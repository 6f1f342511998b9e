import type { Verdict } from '../../workflow/roles.ts';
import { plainLine } from '../../plain-text.ts';
import type { ChangeType } from './verdict.ts';

/** What a report says. */
export interface ReportParts {
  readonly verdict: Verdict;
  readonly type: ChangeType | null;
  /** Becomes one line; null = none. */
  readonly changelog: string | null;
  /** Markdown. */
  readonly text: string;
}

/** A report as a file: the front matter and text that `parseReport` (report.ts) reads back as they are meant. */
export function reportText({ verdict, type, changelog, text }: ReportParts): string {
  const line = oneLine(changelog ?? '');
  return [
    '---',
    `verdict: ${verdict}`,
    ...(type === null ? [] : [`type: ${type}`]),
    ...(line === '' ? [] : [`changelog: ${written(line)}`]),
    '---',
    text.trim(),
    '',
  ].join('\n');
}

/** Line breaks of every kind and tabs become single spaces; escape sequences and control characters go. */
export const oneLine = plainLine;

/**
 * The value is read as the raw rest of its line, less one pair of quotes, and nothing in it is unescaped. Quoted so
 * that it is YAML, too, where one kind of quote is free; if not, it is only read by its line.
 */
function written(line: string): string {
  if (/^[a-z][\w ,./()-]*$/i.test(line)) return line;
  if (!/["\\]/.test(line)) return `"${line}"`;
  return `'${line}'`;
}
