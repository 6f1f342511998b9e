import type { CallToolResult } from '@modelcontextprotocol/server';
import type { BoardReply } from '../surfaces/board-types.ts';
import type { Problem } from '../problem.ts';

/** What was asked for: as data, and the same JSON as text. */
export const answer = (value: Readonly<Record<string, unknown>>): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
  structuredContent: value,
});

/** Why nothing was done, and how to fix it. */
export const refusal = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });

export const problemsAnswer = (problems: readonly Problem[]): CallToolResult => refusal(problems.map(line).join('\n'));

const line = ({ code, message, fix, where }: Problem): string => {
  const place = where === undefined ? '' : `${where.file}:${where.line}:${where.column}: `;
  return `${place}${message} [${code}]${fix === undefined ? '' : `\n  fix: ${fix}`}`;
};

/** The board's reply: a refusal is an error. */
export const replyAnswer = ({ ok, message, fix, id, commit }: BoardReply): CallToolResult =>
  ok
    ? answer({ ok, message, ...(id === undefined ? {} : { id }), ...(commit === undefined ? {} : { commit }) })
    : refusal(fix === undefined ? message : `${message}\n  fix: ${fix}`);

export const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
