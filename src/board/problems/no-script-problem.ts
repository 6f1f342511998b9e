import type { Entry } from '../entry.ts';
import type { Problem } from '../../problem.ts';
import * as messages from './messages.ts';

/** The problem of an entry whose task agent is `shell` and that has no block to run. @param file `board/TODO.md` */
export function noScriptProblem(entry: Entry, file: string): Problem {
  const lineText = entry.source.split(/[\r\n]/, 1)[0]!;
  return {
    code: 'no-script',
    message: messages.noScript(entry),
    where: { file, line: entry.line, column: 1, length: Math.max(1, lineText.length), lineText },
    fix: messages.ADD_SCRIPT,
    holds: [entry.key],
  };
}
