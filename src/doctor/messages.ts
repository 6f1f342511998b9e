import type { Problem } from '../problem.ts';

/* Containment. */

export const SWEEP_BY_MARK = 'process group and a sweep by mark (/proc)';
export const SWEEP_BY_SIGHT =
  'process group and a sweep of observed processes (no /proc here: a process that hides its origin escapes)';

export const inBubblewrap = (bwrap: string, group: string): string =>
  `bubblewrap (${bwrap}): each program in a PID namespace of its own; ${group}`;

export const noContainment = ({ message, fix }: Problem): string =>
  `none: ${message} Nothing starts. Fix: ${fix ?? ''}`;

/* Leftovers. */

export const FOLDER_GONE = 'its folder is missing';
export const DETACHED = 'HEAD is detached';
export const FIX_ENDS_IT = 'kanban doctor --fix ends it';
export const RESCUED = 'work that was not committed when its worktree was removed';
export const ABANDONED = 'branch of an entry that left the board';

export const processOfRun = (command: string, runId: string): string => `${command} of run ${runId}`;

export const OLD_RUNS_REMOVED = 'kanban removes old ones of entries that left the board: `keep` in WORKFLOW.md';

export const runFolders = (count: number): string => `${count} run folders: logs, reports, results`;

export const landingMissing = (sha: string, base: string): string =>
  `its landing ${sha.slice(0, 10)} is no longer in ${base}`;

/* Fixes. */

export const COORDINATOR_CLEANS_UP = 'a coordinator is running, and cleans up by itself';

export const endedProcess = (pid: number, command: string): string => `ended process ${pid} (${command})`;

export const removedRuns = (count: number): string => `removed ${count} old run folders`;

export const removed = (ref: string): string => `removed ${ref}`;

/* Probes. */

export const NO_AGENT = 'there is no agent of that name';
export const RUNNER_DIED = 'its runner died';

/** @param denied tools that it was not allowed to use */
export const nothingCommitted = (denied: readonly string[]): string =>
  `it reported done, but committed nothing${denied.length === 0 ? '' : ` (denied: ${denied.join(', ')})`}`;

/** @param tokens null = it reports none */
export const probePassed = (tokens: number | null): string =>
  `wrote, committed and reported; ${tokens === null ? 'it reports no tokens' : `${tokens} tokens`}`;

export const PROBE_TITLE = 'Prove that you can work here';

/** @param about paths of the worktree and of the report file, absolute */
export const probePrompt = ({ report, worktree }: { readonly report: string; readonly worktree: string }): string =>
  `You are the task agent for PROBE-1: prove that you can work here unattended.

You are in a scratch worktree, \`${worktree}\`. Do exactly this, and nothing else:

1. Write the file \`kanban-probe.txt\` with the one word \`ok\`.
2. Commit it: \`git add kanban-probe.txt && git commit -m "Probe"\`.
3. End by writing the file \`${report}\` with exactly these lines:

\`\`\`markdown
---
verdict: done
---
It works.
\`\`\`
`;
