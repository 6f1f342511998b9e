import type { Entry } from '../entry.ts';
import type { Problem } from '../../problem.ts';

/** The problem of an entry whose task agent is `shell` and that has no block to run. @param file `board/TODO.md` */
export function noScriptProblem(entry: Entry, file: string): Problem {
  const lineText = entry.source.split(/[\r\n]/, 1)[0]!;
  return {
    code: 'no-script',
    message: `${entry.id ?? `"${entry.title}"`} is for the agent shell, which runs the entry's first \`\`\`sh block, and there is none`,
    where: { file, line: entry.line, column: 1, length: Math.max(1, lineText.length), lineText },
    fix: 'add a ```sh block to the entry, or a field "- agent: <name>" for another agent',
    holds: [entry.key],
  };
}
