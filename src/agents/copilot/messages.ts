/** How to log in. */
export const LOGIN =
  'run `copilot login`, or put COPILOT_GITHUB_TOKEN under agents.copilot.env; a model provider of your own needs COPILOT_PROVIDER_BASE_URL, COPILOT_MODEL and COPILOT_PROVIDER_API_KEY';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  "--allow-tool for writing files, git (but for git push, refused even if `args` allow it), programs that only look (ls, cat, grep…), mkdir, touch, those that `tools` names and the report; each part of a compound command must begin with one of them. It reads and writes in the worktree and the temp dir only, as far as it can tell a command's paths; it is no sandbox.";
/** What the full form opens up. */
export const FULL_PERMISSIONS = '--allow-all: it runs any command, on any path and address, with your rights.';
