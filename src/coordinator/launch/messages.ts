import type { Problem } from '../../problem.ts';

/* Why a run does not start. */

export const ENTRY_GONE = 'its entry is gone';
export const FOLDER_REMOVED = 'its run folder was removed';

export const noAgent = (name: string): string => `there is no agent named ${name}`;

export const promptMissing = (file: string): Problem => ({
  code: 'prompt-missing',
  message: `${file} is missing`,
  fix: 'kanban init writes it again',
});

/** A problem in one line. */
export const withFix = ({ message, fix }: Problem): string => (fix === undefined ? message : `${message}; ${fix}`);

/* Notices. */

export const notCopied = (file: string, worktree: string): string =>
  `.worktreeinclude: ${file} was not copied into ${worktree}`;

/* Runs that this coordinator did not start. */

export const RECORDED_IN_BASE = 'base names it';

export const notRecorded = (why: string): string => `it cannot be recorded: ${why}`;

export const notClosed = (why: string): string => `it was lost and cannot be closed: ${why}`;

export const endedLeftovers = (processes: readonly { readonly pid: number; readonly command: string }[]): string =>
  `ended processes that earlier runs left: ${processes.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`;

export const BY_TOOL = `Instead of writing that file you may call the \`report\` tool of the MCP server \`kanban\`, once, as the last thing you
do (search for it if it is not loaded): it writes the same file. If the tool is missing or fails, write the file.`;
export const MESSAGES_FRONT =
  '**Messages from the people you work for**, written while this entry was in work, the most important first. Follow them; where one contradicts the text below, the message counts.';
