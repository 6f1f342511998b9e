import type { DemoContent } from './demo-repository.ts';
import { shellPath } from '../../shell-word.ts';

/* The play. */

export const repositoryStands = (root: string): string =>
  `A repository of a small program, tally, is in ${root}.\n`;

export const promise = ({ ids, fixed, escalated }: DemoContent): string => `
board/TODO.md now holds ${ids.length} entries for the shell agent. Each is worked on in a worktree of its own, reviewed,
tested and landed on main. ${fixed} will fail its test once and be fixed; ${escalated} asks for what the tests forbid, so it will
end with the user. Half-way this demo writes a line into board/TODO.md, as you would in an editor: watch it being picked.
`;

export const moreLines = (count: number): string => `… and ${count} lines more`;

export const summary = ({
  ids,
  fixed,
  escalated,
  noteId,
  noteTitle,
}: DemoContent): string => `${ids.length} of ${ids.length + 1} entries landed, each reviewed and tested.
- ${fixed} failed its test once and was fixed.
- ${escalated} failed twice and waits for the user: that is why kanban run ended with exit code 4.
- ${noteId} was the line written half-way: "${noteTitle}".
`;

export const complaint = (differences: readonly string[]): string =>
  `The demo did not end as it should:\n${differences.map((line) => `- ${line}`).join('\n')}\n`;

export const WAYS_HOME = `Three commands to try at home, in a repository of yours:
  npm i -D file-kanban && npx file-kanban init
  npx kanban add "Fix the login crash"
  npx kanban run`;

export const stillServed = (address: string): string =>
  `\nThe board stays in the browser until Ctrl-C: ${address}`;

/** With the program's path, since it need not be installed there. */
export const waysThere = (
  { root, cli }: { readonly root: string; readonly cli: string },
  { fixed, escalated }: DemoContent,
): string => `The repository stays in ${root}. Three commands to try there:
  cd ${shellPath(root)}
  node ${cli} log ${fixed}
  node ${cli} show ${escalated}`;

/* What did not go as promised. */

export const wrongExitCode = (code: number | null): string =>
  `kanban run --until-done ended with exit code ${code ?? 'none'} instead of 4 (one entry needs the user)`;
export const TESTS_FAIL = 'the tests of the workspace fail on main';

export const notLanded = (id: string): string => `${id} did not land`;
export const landedUnexpectedly = (id: string): string => `${id} landed`;
export const landedTwice = (id: string): string => `${id} landed twice`;

export const notEscalated = (id: string): string => `${id} is not in REVIEW as [ESCALATED]`;
export const stillOnBoard = (line: string): string => `the board still holds ${line}`;
export const noChangelogLine = (id: string): string => `CHANGELOG.md does not have one line for ${id}`;

export const wrongFailures = (id: string, count: number, expected: 'once' | 'twice'): string =>
  `the tests of ${id} failed ${count} times instead of ${expected}`;

export const branchLeft = (name: string): string => `branch ${name} is left`;
export const worktreeLeft = (name: string): string => `worktree ${name} is left`;
export const notClean = (status: string): string => `the checkout is not clean:\n${status}`;
