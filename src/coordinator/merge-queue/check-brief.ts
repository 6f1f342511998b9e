import { randomBytes } from 'node:crypto';
import { agentEnvironment } from '../../system/environment.ts';
import { CHECK_PLACES, freeSlot } from '../../system/ports.ts';
import type { Repository } from '../../git/git.ts';
import type { CheckRun } from '../../pipeline/check-run.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Settings } from '../../workflow/settings.ts';

/** Bytes of output after which a check is ended: the setting `keep` says how long its folder stays. */
const MAX_OUTPUT = 1024 ** 3;
const KILL_GRACE_MS = 5_000;
/** What it commits is nobody's. */
const IDENTITY = { name: 'check (merge queue)', email: 'check@kanban.invalid' };

/** `check-<n>-<8 hex>`, never used twice. @param used ids that are known; others' numbers don't matter */
export function newCheckId(used: readonly string[]): string {
  const numbers = used.map((id) => Number(/^check-(\d+)-[0-9a-f]{8}$/.exec(id)?.[1] ?? 0));
  return `check-${1 + Math.max(0, ...numbers)}-${randomBytes(4).toString('hex')}`;
}

/** The brief of a check, for the runner; what concerns agents only is empty. */
export function checkBriefOf(
  repo: Repository,
  settings: Settings,
  about: {
    readonly id: string;
    readonly order: Pick<CheckRun, 'key' | 'commit' | 'entries' | 'attempt'>;
    /** Full ref. */
    readonly base: string;
    readonly place: { readonly path: string; readonly gitDir: string };
    readonly bwrap: string | null;
  },
): Brief {
  const { id, order, base, place, bwrap } = about;
  const { key, commit, entries, attempt } = order;
  return {
    version: 1,
    runId: id,
    taskId: entries.join(','),
    title: `check of ${entries.join(', ')}`,
    role: 'tester',
    purpose: 'work',
    attempt,
    agent: 'check',
    adapter: 'shell',
    createdAt: Date.now(),
    slot: freeSlot(new Set(), CHECK_PLACES),
    root: repo.root,
    gitCommonDir: repo.commonDir,
    gitDir: place.gitDir,
    worktree: place.path,
    branch: '',
    base,
    baseSha: commit,
    startSha: commit,
    tip: commit,
    mustDiffer: null,
    board: settings.board,
    command: null,
    shell: null,
    check: { command: settings.merge_queue.check, commit, key, entries },
    identity: IDENTITY,
    model: null,
    session: null,
    sessionUsage: null,
    messages: '',
    patience: 0,
    bwrap,
    allowance: null,
    report: '',
    timeout: settings.merge_queue.check_timeout,
    // A check may be silent for as long as it has time.
    stall: { after: 0, repeat: 0, kill: false },
    grace: KILL_GRACE_MS,
    maxOutput: MAX_OUTPUT,
    hooks: {
      afterCreate: settings.hooks.after_create,
      beforeRun: '',
      afterRun: '',
      timeout: settings.hooks.timeout,
    },
  };
}

/**
 * The environment of a check: what runs get, without the settings of an agent or role. `KANBAN_TASK` holds the ids of the
 * entries whose landings are checked, with commas between them; `KANBAN_RUN_ID` (the mark that the sweep looks for) the
 * check's id. There is no `KANBAN_BRANCH`, `KANBAN_ROLE` or `KANBAN_REPORT`.
 */
export function checkEnvironmentOf(settings: Settings, brief: Brief): Record<string, string> {
  const { root, worktree, taskId, runId, attempt, base, identity } = brief;
  return agentEnvironment({
    inherited: process.env,
    settings: settings.env,
    agent: null,
    role: null,
    adapterEnv: {},
    run: {
      program: 'hook',
      root,
      worktree,
      taskId,
      role: null,
      runId,
      attempt,
      branch: null,
      base,
      report: null,
      changedFiles: null,
      findings: null,
      tmp: null,
      slot: brief.slot ?? null,
      identity,
    },
  });
}
