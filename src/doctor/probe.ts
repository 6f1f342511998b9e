import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { adapterOf } from '../agents/adapter-of.ts';
import { parseReport } from '../agents/report/parse-report.ts';
import { containmentOf } from '../system/containment.ts';
import { packageRoot } from '../system/package-root.ts';
import { createRunnerPool } from '../runs/runner-pool.ts';
import { git, type Repository } from '../git/git.ts';
import { plainJsonOf, plainTextOf } from '../system/plain-file.ts';
import { isResult, MOST_RECORD, MOST_SMALL_RECORD } from '../contract/records.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import { type Brief } from '../contract/brief.ts';
import { type RunResult } from '../contract/result.ts';
import type { Settings } from '../workflow/settings.ts';
import { briefOf, environmentOf } from '../coordinator/launch/run-brief.ts';
import { planRun, type AgentCommandPlan } from '../coordinator/launch/agent-command.ts';
import * as messages from './messages.ts';

/** The result of proving an agent. */
export interface Probe {
  readonly agent: string;
  readonly ok: boolean;
  /** Whole seconds. */
  readonly seconds: number;
  /** What is missing, or what was shown. */
  readonly what: string;
  /** Last lines of its output, where it failed. */
  readonly tail: string;
}

/** ms that an agent may take for a file and a commit. */
const PROBE_TIMEOUT_MS = 3 * 60_000;

/**
 * Proves that an agent can work here unattended: in a scratch worktree, under the very switches and environment of a run,
 * it is asked for one file, one commit and a report; then git is looked at. It asks its provider: it costs some tokens.
 * Worktree and branch are gone afterwards.
 */
export async function probe(repo: Repository, settings: Settings, agent: string): Promise<Probe> {
  const name = `kanban-probe-${agent}-${randomBytes(3).toString('hex')}`;
  const worktree = join(resolve(repo.root, settings.worktrees), name);
  const folder = join(repo.root, '.kanban', 'probes', name);
  const branch = `refs/heads/${name}`;
  const begun = Date.now();
  try {
    await git(['worktree', 'add', '--quiet', '--no-track', '-b', name, worktree, settings.base, '--'], {
      cwd: repo.root,
    });
    const gitDir = (await git(['rev-parse', '--absolute-git-dir'], { cwd: worktree })).stdout.trim();
    const tip = (await git(['rev-parse', 'HEAD'], { cwd: worktree })).stdout.trim();
    const runId = `PROBE-1-1-task-${randomBytes(4).toString('hex')}`;
    const about = { runId, taskId: 'PROBE-1', role: 'task', purpose: 'work', agent, folder, worktree, gitDir } as const;
    const names = adapterOf(settings, agent)?.capabilities.names ?? false;
    const session = names ? { id: randomUUID(), resume: false } : null;
    const planned = planRun(repo, settings, null, { ...about, session, allowance: null });
    if (planned === null) return failed(agent, begun, messages.NO_AGENT, '');
    const { bwrap, problem } = await containmentOf(settings.contain);
    if (problem !== null) return failed(agent, begun, problem.message, '');
    const brief = briefOf(repo, settings, planned, {
      ...about,
      title: messages.PROBE_TITLE,
      attempt: 1,
      branch,
      base: `refs/heads/${settings.base}`,
      baseSha: tip,
      startSha: tip,
      tip,
      mustDiffer: null,
      session,
      sessionUsage: null,
      bwrap,
      allowance: null,
      timeout: PROBE_TIMEOUT_MS,
      hooks: { afterCreate: '', beforeRun: '', afterRun: '', timeout: 0 },
    });
    const result = await runProbe(repo, settings, { planned, brief, folder });
    return probeResult(agent, begun, folder, result);
  } finally {
    await git(['worktree', 'remove', '--force', worktree], { cwd: repo.root, okExit: [0, 128] });
    await git(['branch', '-D', '--quiet', '--', name], { cwd: repo.root, okExit: [0, 1] });
    rmSync(folder, { recursive: true, force: true });
  }
}

interface PlannedProbe {
  readonly planned: AgentCommandPlan;
  readonly brief: Brief;
  /** The run folder, absolute. */
  readonly folder: string;
}

async function runProbe(
  repo: Repository,
  settings: Settings,
  { planned, brief, folder }: PlannedProbe,
): Promise<RunResult | null> {
  mkdirSync(join(brief.worktree, '.kanban'), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = {
    ...(planned.plan.shell === null ? planned.plan.files : {}),
    [RUN_FILES.prompt]: messages.probePrompt(brief),
    [RUN_FILES.brief]: JSON.stringify(brief),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const env = environmentOf(settings, planned, brief, { changed: null, findings: null });
  await new Promise<void>((ended) => {
    // A runner doesn't keep this process alive.
    const alive = setInterval(() => {}, 60_000);
    const pool = createRunnerPool({
      runnerFile: join(packageRoot(), 'dist', 'runner.cjs'),
      root: repo.root,
      capacity: 1,
      onEnded: () => {
        clearInterval(alive);
        pool.close();
        ended();
      },
    });
    pool.start(folder, env);
  });
  return readResult(folder);
}

function probeResult(agent: string, begun: number, folder: string, result: RunResult | null): Probe {
  if (result === null) return failed(agent, begun, messages.RUNNER_DIED, '');
  const { cause, detail, ahead, tail, leftovers, denied, usage } = result;
  if (cause !== 'reported') return failed(agent, begun, `${cause}: ${detail}`, tail);
  if (leftovers !== null || ahead === 0) return failed(agent, begun, messages.nothingCommitted(denied ?? []), tail);
  const report = parseReport(plainTextOf(join(folder, RUN_FILES.report), MOST_SMALL_RECORD) ?? '', 'task');
  if (!report.ok) return failed(agent, begun, report.problem, tail);
  const tokens = usage?.input === undefined ? null : usage.input + (usage.output ?? 0);
  return { agent, ok: true, seconds: secondsSince(begun), what: messages.probePassed(tokens), tail: '' };
}

const failed = (agent: string, begun: number, what: string, tail: string): Probe => ({
  agent,
  ok: false,
  seconds: secondsSince(begun),
  what,
  tail,
});

const secondsSince = (begun: number): number => Math.round((Date.now() - begun) / 1000);

function readResult(folder: string): RunResult | null {
  return plainJsonOf(join(folder, RUN_FILES.result), isResult, MOST_RECORD);
}
