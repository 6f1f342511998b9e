import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { closeObjects } from '../git/objects.ts';
import { newRepository } from './branch-facts.ts';
import { endBecause } from './cause.ts';
import { readClaim } from './claim.ts';
import { collect } from './collect.ts';
import type { Collected } from './collect.ts';
import { nothingCollected } from './execute-check.ts';
import { RUN_FILES } from './folder.ts';
import type { AgentEvent, Brief, Claim, EndCause, RunResult, Usage } from './folder.ts';
import { tailOf } from './output.ts';
import { publish } from './publish.ts';
import { sweepRun } from './sweep.ts';

/**
 * Ends a run whose runner is gone, in the runner's stead: everything of it that is alive is ended, its work is
 * collected, result.json is written. For a coordinator, on a run whose claim is dead (or which it claimed as lost
 * itself). A result that is there already is returned as it is; a second call changes nothing.
 */
export async function salvageRun(folder: string, limit = 60_000): Promise<RunResult> {
  const before = readJson<RunResult>(join(folder, RUN_FILES.result));
  if (before) return before;
  const brief = JSON.parse(readFileSync(join(folder, RUN_FILES.brief), 'utf8')) as Brief;
  const claim = readClaim(folder);
  const agent = readJson<{ pid: number; startTime: string; since: string }>(join(folder, RUN_FILES.agent));
  const cause = endOf(folder, claim, brief.check !== undefined);
  const since = agent?.since ?? claim?.startTime ?? '';
  const target = { runId: brief.runId, worktree: brief.worktree, since, groups: agent ? [agent.pid] : [], seen: [] };
  const { swept, survivors } = await sweepRun(target, Math.min(brief.grace, 2_000), limit);
  const collected = brief.check === undefined ? await collectFor(folder, brief) : nothingCollected(brief.check);
  const output = join(folder, RUN_FILES.output);
  const result: RunResult = {
    version: 1,
    runId: brief.runId,
    cause: cause.cause,
    detail: cause.detail,
    startedAt: claim?.claimedAt ?? brief.createdAt,
    endedAt: Date.now(),
    awake: 0,
    exit: null,
    ...collected,
    output: sizeOf(output),
    tail: tailOf(output),
    survivors,
    swept,
    ...sessionOf(folder, brief, agent !== null),
    ...usageOf(folder),
  };
  rmSync(join(folder, 'tmp'), { recursive: true, force: true });
  publish(folder, result);
  return result;
}

/** By a repository of its own, so that closing it ends nobody else's questions. */
function collectFor(folder: string, brief: Brief): Promise<Collected> {
  const repo = newRepository(brief);
  return collect(folder, brief, { repo }).finally(() => closeObjects(repo));
}

/**
 * A report in the run folder is put there only once the agent has ended by itself (or another cause is written down). Of a
 * check only its runner knows whether it passed.
 */
function endOf(folder: string, claim: Claim | null, isCheck: boolean): EndCause {
  if (claim?.lost) return endBecause(folder, 'lost', 'no runner ever took it');
  return !isCheck && existsSync(join(folder, RUN_FILES.report))
    ? endBecause(folder, 'reported', '')
    : endBecause(folder, 'lost', 'its runner died');
}

/** The agent's own session, so that the next run goes on with it: as it named itself, else as it was told to be, if it was started. */
function sessionOf(folder: string, { session }: Brief, started: boolean): Pick<RunResult, 'session'> {
  const named = readLines(join(folder, RUN_FILES.events)).findLast(({ type }) => type === 'session');
  const told = session !== null && (started || session.resume) ? session.id : undefined;
  const id = named?.type === 'session' ? named.id : told;
  return id === undefined ? {} : { session: id };
}

function usageOf(folder: string): Pick<RunResult, 'usage' | 'sessionUsage'> {
  const { run, thread } = readJson<{ run?: Usage; thread?: Usage }>(join(folder, RUN_FILES.usage)) ?? {};
  return { ...(run === undefined ? {} : { usage: run }), ...(thread === undefined ? {} : { sessionUsage: thread }) };
}

function readLines(path: string): AgentEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as AgentEvent];
      } catch {
        return [];
      }
    });
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
