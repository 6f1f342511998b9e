/** How to log in. */
export const LOGIN =
  'run `opencode auth login`, or give a key: agents.opencode.env: [ANTHROPIC_API_KEY]; a provider of your own, with its key, may be in ~/.config/opencode/opencode.json. With none of them it asks the free models of its maker.';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  'an agent `kanban` of our own in OPENCODE_CONFIG_CONTENT: it reads and edits files in the worktree, and runs git, programs that only look, and those named in `tools`; each part of a compound command is looked at by itself, where the output of an allowed command goes is not, and what an allowed program does is its own; no web, no files outside the worktree, no subagents, no MCP servers but ours.';
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  '--auto: every tool, command, file and MCP server that your own opencode configuration does not deny, as your user.';

export const ERROR_WITHOUT_MESSAGE = 'an error without a message';
export const SESSION_NOT_FOUND = 'opencode: session not found';
export const noLogin = (provider: string | undefined, model: string | undefined): string =>
  `opencode has no key and no login for ${provider} (${model})`;
/** @param complaint opencode's own words */
export const modelWithoutProvider = (complaint: string, name: string | undefined): string =>
  `${complaint}: ${name} (opencode wants provider/model)`;
export const UNKNOWN_SWITCH =
  'opencode printed its help: its command line has a switch that this version does not know';
