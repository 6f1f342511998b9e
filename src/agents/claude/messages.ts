import { entryOf } from '../entry-of.ts';
/** How to log in. */
export const LOGIN =
  'run `claude` once in a terminal and log in with /login (where there is none: `claude setup-token`, and CLAUDE_CODE_OAUTH_TOKEN under agents.claude.env), or put ANTHROPIC_API_KEY under agents.claude.env';
/** What the narrow form opens up. */
export const NARROW_PERMISSIONS =
  '--permission-mode acceptEdits with --allowedTools: it edits, moves and deletes files in the worktree only, reads there and in the run’s own folder, and runs git, echo, printf, `chmod +x`, programs that only look (ls, cat, grep, find…) and those that `tools` names, with any arguments. What git or those programs start themselves (hooks, test scripts) is not held back. No web access.';
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  '--permission-mode bypassPermissions: it runs any command with your rights, on all that your account can reach. Claude Code refuses this to root, so for root IS_SANDBOX=1 is set: it tells Claude Code that it runs in a container that may be lost, whether or not that is so.';

export const limitReached = (limit: string): string =>
  `the subscription's ${limit === '' ? '' : `${limit} `}limit is reached`;

/** Why a request failed, by the kind that Claude Code prints. */
const RETRY_REASONS: Readonly<Record<string, string>> = {
  rate_limit: 'rate limit',
  overloaded: 'overloaded',
  server_error: 'server error',
  authentication_failed: 'login refused',
  unknown: 'no answer',
};

interface Retry {
  readonly kind: string;
  /** Of HTTP. */
  readonly status: number | undefined;
  readonly attempt: number | undefined;
  readonly most: number | undefined;
}

export const retried = ({ kind, status, attempt, most }: Retry): string => {
  const reason = entryOf(RETRY_REASONS, kind) ?? (kind === '' ? 'no answer' : kind.replaceAll('_', ' '));
  return `${reason}${status === undefined ? '' : ` (${status})`}, retry ${attempt ?? '?'} of ${most ?? '?'}`;
};

export const compacted = (tokens: number | undefined): string =>
  `conversation compacted${tokens === undefined ? '' : ` at ${tokens} tokens`}; the briefing is given again`;

export const BRIEFING_AGAIN =
  'The conversation was shortened. This is your briefing once more; if it is cut off, read the rest in';
