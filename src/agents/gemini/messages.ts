/** How to log in. */
export const LOGIN =
  'run `gemini` once in a terminal and sign in with Google, or put GEMINI_API_KEY under agents.gemini.env (it is billed to that key)';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  '--approval-mode auto_edit with --allowed-tools: it edits files in the worktree and runs git, programs that only look (ls, cat, grep…) and those that `tools` names; each part of a compound command must begin with one of them. Its file tools do not write build files (package.json, Makefile, go.mod…) and its shell takes no $(…), in the full form as well.';
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  '--approval-mode yolo: it runs any command with your rights, on all that your account can reach.';

export const providerAnswered = (status: number): string => `its provider answered ${status}`;
export const NO_LOGIN = 'it has no way to log in (exit 41)';
