/** How to log in. */
export const LOGIN =
  'run `codex login`, or give it a key for good with `printenv OPENAI_API_KEY | codex login --with-api-key`, or put OPENAI_API_KEY under agents.codex.env (it is billed to that key, and used only where there is no login); with a provider of your own in ~/.codex/config.toml, put the variable that its env_key names there.';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  'sandbox workspace-write, nothing is ever asked: it reads all that your account can read; it writes only in the worktree, in the temporary folders (/tmp among them) and in those parts of the git folder that a commit and a merge need (objects, refs, logs, the worktree’s own part; not hooks, not config), so package caches in your home stay as they are. The network and local servers are open, since tests need them; close them with agents.codex.args: [-c, sandbox_workspace_write.network_access=false]. In there git cannot delete refs (rebase, cherry-pick, stash pop and branch -d fail in part). Codex itself refuses `rm -f`, in the full form as well.';
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  'sandbox danger-full-access, nothing is ever asked: it runs any command with your rights, on all that your account can reach.';

export const NOT_LOGGED_IN = 'Codex is not logged in';
export const TURN_INTERRUPTED = 'its turn was interrupted';

export const NOBODY_ANSWERS = 'no user can answer';
export const SANDBOX_NOTE =
  "About your sandbox: inside git's folder you can write only what a commit and a merge need. git cannot delete refs there, so do not rebase, cherry-pick, stash or delete branches.";
