import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeObjects } from '../git/objects/objects.ts';
import { newRepository } from './git/branch-facts.ts';
import { endBecause } from './cause.ts';
import { readClaim } from '../system/claim.ts';
import { collect } from './collect.ts';
import type { Collected } from './collect.ts';
import { nothingCollected } from './execute-check.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { Brief } from '../contract/brief.ts';
import type { Claim, EndCause } from '../contract/run-files.ts';
import type { RunResult } from '../contract/result.ts';
import { sizeOf, tailOf } from './output.ts';
import { plainJsonOf, readPlain } from '../system/plain-file.ts';
import { publish } from './publish.ts';
import {
  eventOf,
  isAgentProcess,
  isBrief,
  isResult,
  isUsageFile,
  MOST_RECORD,
  MOST_SMALL_RECORD,
  type AgentProcess,
} from '../contract/records.ts';
import { sweepRun, type SweepTarget } from './sweep.ts';
import { removeTemporary, temporaryOf } from './temporary.ts';
import * as messages from './messages.ts';

/**
 * Ends a run whose runner is gone, in the runner's stead: everything of it that is alive is ended, its work is
 * collected, result.json is written. For a coordinator, on a run whose claim is dead (or which it claimed as lost
 * itself). A result that is there already is returned as it is; a second call changes nothing.
 * @param known the brief, where it has been read before.
 */
export async function salvageRun(folder: string, limit = 60_000, known: Brief | null = null): Promise<RunResult> {
  const before = plainJsonOf(join(folder, RUN_FILES.result), isResult, MOST_RECORD);
  if (before) return before;
  const brief = known ?? plainJsonOf(join(folder, RUN_FILES.brief), isBrief, MOST_RECORD);
  if (brief === null) throw new Error(messages.BRIEF_UNREADABLE);
  const claim = readClaim(folder);
  const agent = plainJsonOf(join(folder, RUN_FILES.agent), isAgentProcess, MOST_SMALL_RECORD);
  const cause = endOf(folder, claim, brief.check !== undefined);
  const { swept, survivors } = await sweepRun(targetOf(brief, claim, agent), Math.min(brief.grace, 2_000), limit);
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
  removeTemporary(brief.runId, brief.root, agent?.tmp);
  publish(folder, result);
  return result;
}

function targetOf({ runId, root, worktree }: Brief, claim: Claim | null, agent: AgentProcess | null): SweepTarget {
  const temporary = temporaryOf(runId, root, agent?.tmp);
  const since = agent?.since ?? claim?.startTime ?? '';
  return { runId, root, worktree, temporary, since, groups: agent ? [agent.pid] : [], seen: [] };
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
  if (claim?.lost) return endBecause(folder, 'lost', messages.NO_RUNNER);
  return !isCheck && existsSync(join(folder, RUN_FILES.report))
    ? endBecause(folder, 'reported', '')
    : endBecause(folder, 'lost', messages.RUNNER_DIED);
}

/** The agent's own session, so that the next run continues with it: as it named itself, else as it was asked to be, if it was started. */
function sessionOf(folder: string, { session }: Brief, started: boolean): Pick<RunResult, 'session'> {
  const named = readLines(join(folder, RUN_FILES.events)).findLast(({ type }) => type === 'session');
  const given = session !== null && (started || session.resume) ? session.id : undefined;
  const id = named?.type === 'session' ? named.id : given;
  return id === undefined ? {} : { session: id };
}

function usageOf(folder: string): Pick<RunResult, 'usage' | 'sessionUsage'> {
  const { run, thread } = plainJsonOf(join(folder, RUN_FILES.usage), isUsageFile, MOST_SMALL_RECORD) ?? {};
  return { ...(run === undefined ? {} : { usage: run }), ...(thread === undefined ? {} : { sessionUsage: thread }) };
}

/** The session is named near the beginning: of a long file the rest is left out. */
function readLines(path: string): AgentEvent[] {
  try {
    const text = readPlain(path)?.toString('utf8') ?? '';
    return text.split('\n').flatMap((line) => eventOf(line) ?? []);
  } catch {
    return [];
  }
}
