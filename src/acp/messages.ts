/* Imported by a program that starts in milliseconds: nothing heavy here. */

/* The agent's process. */

export const agentNotStarted = (error: string): string => `it could not be started: ${error}`;
export const agentEnded = (code: number | null, signal: string | null): string =>
  `it ended (${signal ?? `exit ${code}`})`;
export const noAnswerIn = (ms: number): string => `no answer to \`initialize\` in ${ms / 1000} s`;
export const NO_REASON = 'the agent failed, and did not say why';

/* The session. */

export const NEW_SESSION = 'The agent cannot continue an earlier session: a new one is started.';
export const modeRefused = (mode: string, reason: string): string =>
  `The agent did not accept the mode ${mode}: ${reason}.`;
export const modelNotSettable = (model: string): string =>
  `The agent offers no way to set its model to ${model}: it uses its own.`;
export const modelRefused = (model: string, reason: string): string =>
  `The agent did not accept the model ${model}, and uses its own: ${reason}.`;
export const ENDED_REFUSED = 'The agent ended its turn with a refused tool call: it is asked to continue without it.';

/* Why a tool call is refused. */

export const NO_FILE = 'it names no file';
export const NO_COMMAND = 'it names no command';
export const notCovered = (kind: string): string =>
  `the narrow permissions don't cover it (${kind === '' ? 'no kind' : kind})`;
export const outsideWorktree = (path: string): string => `${path} is outside the worktree`;
export const NOT_SIMPLE = 'its shell line is more than simple commands';
export const fileOutside = (path: string): string => `it reads or writes ${path || 'a file'} outside the worktree`;
export const leadsOutside = (command: string): string => `${command} leads outside the worktree`;
export const notAllowed = (command: string): string => `${command} isn't allowed`;
export const unclearArgument = (program: string): string => `it isn't clear what ${program} is given`;

/* Messages to the agent. */

export const AFTER_TURN =
  'This message arrived after your turn had ended. Act on it, and update your report if it changes.';
export const INTERRUPTED =
  'This message interrupted your work. Take it into account, then continue your task from where you were, to its end and your report. Your briefing once more:';
export const REFUSED =
  'Your last tool call was refused: it exceeds your permissions, and no user can grant more. Continue your task in another way, to its end and your report.';
