import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { adapterNamed, noEvents } from '../agents/index.ts';
import type { Adapter } from '../agents/agent.ts';
import { claimRun } from './claim.ts';
import { collect } from './collect.ts';
import type { CollectOptions, Collected } from './collect.ts';
import { RUN_FILES } from './folder.ts';
import type { Brief, Cause, RunnerOrder, RunResult } from './folder.ts';
import { cleanUp, prepare } from './hooks.ts';
import { LiveRun } from './live-run.ts';
import { LineReader, tailOf } from './output.ts';
import { playShell } from './shell.ts';
import { supervise } from './supervise.ts';
import type { ProgramEnd } from './supervise.ts';
import { writeWhole } from './write-once.ts';

/** What a run's agent did, before git is asked. */
interface Played {
  readonly end: ProgramEnd;
  readonly collect: CollectOptions;
}

const NOT_PLAYED: Played = { end: { exit: null, spawnError: null }, collect: {} };

/**
 * Carries out one run from claim to result.json. A run that somebody has claimed is left alone.
 * @param onClaimed is given the run while it is on, so that a signal can end it.
 * @returns false if the run was not ours to carry out.
 */
export async function executeRun(order: RunnerOrder, onClaimed: (run: LiveRun) => void): Promise<boolean> {
  const { folder } = order;
  const brief = JSON.parse(readFileSync(join(folder, RUN_FILES.brief), 'utf8')) as Brief;
  if (!claimRun(folder)) return false;
  const run = new LiveRun(folder, brief, order.env);
  onClaimed(run);
  const adapter = adapterNamed(brief.adapter);
  const played = await play(run, adapter);
  run.lastPhase('collect');
  const collected = await collect(folder, brief, { ...played.collect, cleanMerges: run.cleanMerges });
  const { cause, detail, providerUntil } = judge(run, played.end, collected, adapter);
  run.conclude(cause, detail);
  writeResult(run, { ...collected, exit: played.end.exit }, providerUntil);
  run.close();
  return true;
}

async function play(run: LiveRun, adapter: Adapter | null): Promise<Played> {
  run.lookForStop();
  if (!run.ended) await prepare(run);
  if (run.ended) return NOT_PLAYED;
  const played = await playAgent(run, adapter);
  // It has said its word: a stop that comes from now on comes too late to count.
  if (!run.ended && played.end.spawnError === null && hasReport(run)) {
    // With a hook still to come the run may go on for minutes: then it is written down.
    if (run.brief.hooks.afterRun === '') run.conclude('reported', '');
    else run.end('reported', '');
  }
  if (run.survivors.length === 0) await cleanUp(run);
  return played;
}

async function playAgent(run: LiveRun, adapter: Adapter | null): Promise<Played> {
  const { shell, command } = run.brief;
  if (shell) return playShell(run, shell);
  if (!command) return { end: { exit: null, spawnError: 'the brief names no command' }, collect: {} };
  run.phase('agent');
  const parse = adapter?.parse ?? noEvents;
  const reader = new LineReader(run.outputPath, run.outputSize(), (line) => {
    for (const event of parse(line, Date.now())) run.event(event);
  });
  const follow = parse === noEvents ? {} : { onTick: () => reader.look() };
  const stdin = command.stdin === 'prompt' ? join(run.folder, RUN_FILES.prompt) : null;
  const end = await supervise(run, {
    file: command.file,
    args: command.args,
    stdin,
    timeout: run.brief.timeout,
    late: () => lateness(run),
    isAgent: true,
    ...follow,
  });
  if (parse !== noEvents) reader.look(true);
  return { end, collect: {} };
}

const hasReport = ({ brief, folder }: LiveRun): boolean =>
  [brief.report, join(folder, RUN_FILES.report)].some((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** A deadline that falls while the agent waits for its provider is the provider's. */
function lateness(run: LiveRun): { cause: Cause; detail: string } {
  const last = run.events.at(-1);
  if (last?.type === 'waiting') return { cause: 'provider', detail: last.why };
  return { cause: 'timed-out', detail: `not done after ${Math.round(run.brief.timeout / 1000)} s` };
}

/** Facts first: what ended it, its report, then the adapter's reading; an agent that has committed did start. */
function judge(
  run: LiveRun,
  { exit, spawnError }: ProgramEnd,
  collected: Collected,
  adapter: Adapter | null,
): { cause: Cause; detail: string; providerUntil?: number } {
  if (run.ended) {
    const until = run.events.findLast((event) => event.type === 'waiting')?.until;
    return { ...run.ended, ...(run.ended.cause === 'provider' && until !== undefined ? { providerUntil: until } : {}) };
  }
  if (spawnError !== null) return { cause: 'not-started', detail: `it could not be started: ${spawnError}` };
  const reading =
    exit === null ? null : (adapter?.outcome(exit, tailOf(run.outputPath), run.events, Date.now()) ?? null);
  const worked = collected.tip !== run.brief.tip;
  if (reading?.kind === 'provider')
    return {
      cause: 'provider',
      detail: reading.detail,
      ...(reading.until === undefined ? {} : { providerUntil: reading.until }),
    };
  if (reading?.kind === 'not-started' && !worked) return { cause: 'not-started', detail: reading.detail };
  return {
    cause: 'no-report',
    detail:
      exit === null ? 'it ended without a report' : `it ended without a report (${exit.signal ?? `exit ${exit.code}`})`,
  };
}

function writeResult(
  run: LiveRun,
  facts: Collected & Pick<RunResult, 'exit'>,
  providerUntil: number | undefined,
): void {
  const { brief, folder } = run;
  const session = run.events.findLast((event) => event.type === 'session')?.id;
  const usage = run.events.findLast((event) => event.type === 'usage');
  const result: RunResult = {
    version: 1,
    runId: brief.runId,
    cause: run.ended?.cause ?? 'no-report',
    detail: run.ended?.detail ?? '',
    startedAt: run.startedAt,
    endedAt: Date.now(),
    awake: Math.round(run.awake),
    ...facts,
    output: run.outputSize(),
    tail: tailOf(run.outputPath),
    survivors: run.survivors,
    swept: [...run.swept.values()],
    ...(providerUntil === undefined ? {} : { providerUntil }),
    ...(session === undefined ? {} : { session }),
    ...(usage === undefined ? {} : { usage: figures(usage) }),
  };
  publish(folder, result);
}

function figures({ input, output, costUsd }: { input?: number; output?: number; costUsd?: number }): {
  input?: number;
  output?: number;
  costUsd?: number;
} {
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** result.json whole: from here on the run has ended. */
export function publish(folder: string, result: RunResult): void {
  writeWhole(join(folder, RUN_FILES.result), `${JSON.stringify(result, null, 1)}\n`);
}
