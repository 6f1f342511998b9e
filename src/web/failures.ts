import type { Problem } from '../problem.ts';
import type { Failure } from './api-types.ts';
import * as messages from './messages.ts';

export interface Failed {
  readonly status: 400 | 401 | 403 | 404 | 413 | 500 | 503;
  readonly body: Failure;
}

/** What is not there, as `BoardError` has it. */
const NOT_FOUND: ReadonlySet<string> = new Set(['unknown-id', 'no-run', 'not-in-diff']);

/** Of what could not be read. */
export function failureOf(problems: readonly Problem[]): Failed {
  const isMissing = problems.length > 0 && problems.every(({ code }) => NOT_FOUND.has(code));
  return { status: isMissing ? 404 : 503, body: bodyOf(problems) };
}

/** Of what was sent. */
export const badInput = (problems: readonly Problem[]): Failed => ({ status: 400, body: bodyOf(problems) });

export const failed = (status: Failed['status'], error: string, fix?: string): Failed => ({
  status,
  body: { error, ...(fix === undefined ? {} : { fix }) },
});

function bodyOf(problems: readonly Problem[]): Failure {
  const fix = problems.find((problem) => problem.fix !== undefined)?.fix;
  return {
    error: problems.map(({ message }) => message).join('\n') || messages.NOTHING_HERE,
    ...(fix === undefined ? {} : { fix }),
    problems,
  };
}
