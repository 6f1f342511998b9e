/** How to log in. */
export const LOGIN =
  'run `qwen auth` once in a terminal, or put OPENAI_API_KEY (and OPENAI_BASE_URL, OPENAI_MODEL for another provider) under agents.qwen.env';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  '--approval-mode auto-edit with --allowed-tools: it edits files and runs git, programs that only look (ls, cat, grep…) and those that `tools` names; of a compound command each part must be one of them.';
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  '--approval-mode yolo: it runs any command with your rights, on all that your account can reach.';
