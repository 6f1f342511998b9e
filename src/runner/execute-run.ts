import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { adapterNamed } from '../agents/adapters.ts';
import type { Adapter, AgentReading } from '../agents/agent.ts';
import { lastWord } from '../agents/last-word.ts';
import { trustConfig } from '../git/config/harmless.ts';
import { claimRun } from '../system/claim.ts';
import { collect, hasReport as reportIn } from './collect.ts';
import type { CollectOptions, Collected } from './collect.ts';
import { executeCheck } from './execute-check.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Cause, RunResult } from '../contract/result.ts';
import type { RunnerOrder } from '../contract/run-files.ts';
import { cleanUp, prepare } from './hooks.ts';
import { LiveRun } from './live-run.ts';
import { Listener } from './listener.ts';
import { outputTail } from './output-tail.ts';
import { reasonIn, tailOf } from './output.ts';
import { certainLine } from '../telling-line.ts';
import { plainJsonOf, plainTextOf } from '../system/plain-file.ts';
import { publishPatiently } from './publish.ts';
import { isBrief, MOST_RECORD } from '../contract/records.ts';
import { playShell } from './shell/shell.ts';
import { supervise } from './supervise.ts';
import type { ProgramEnd } from './supervise.ts';
import * as messages from './messages.ts';

/** What a run's agent did, before git is asked. */
interface Played {
  readonly end: ProgramEnd;
  readonly collect: CollectOptions;
}

const NOT_PLAYED: Played = { end: { exit: null, spawnError: null }, collect: {} };

/**
 * Carries out one run from claim to result.json. A run that somebody has claimed is left alone.
 * @param onClaimed is given the run while it is active, so that a signal can end it.
 * @returns false if the run was not ours to carry out.
 */
export async function executeRun(order: RunnerOrder, onClaimed: (run: LiveRun) => void): Promise<boolean> {
  const { folder } = order;
  const brief = plainJsonOf(join(folder, RUN_FILES.brief), isBrief, MOST_RECORD);
  // Without a brief there is nothing to do and nothing to claim; the coordinator sees that the order came back.
  if (brief === null) return false;
  if (!claimRun(folder)) return false;
  trustConfig(brief.gitCommonDir);
  const run = new LiveRun(folder, brief, order.env);
  onClaimed(run);
  if (brief.check !== undefined) {
    await executeCheck(run, brief.check);
    return true;
  }
  const adapter = adapterNamed(brief.adapter);
  const played = await play(run, adapter);
  run.restoreFolder();
  run.lastPhase('collect');
  const collected = await collect(folder, brief, { ...played.collect, cleanMerges: run.cleanMerges });
  const verdict = runResult(run, played.end, collected, adapter);
  run.conclude(verdict.cause, verdict.detail);
  await publishPatiently(run, resultOf(run, { ...collected, exit: played.end.exit }, verdict));
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
    // With a hook still to come the run may continue for minutes: then it is written down.
    if (run.brief.hooks.afterRun === '') run.conclude('reported', '');
    else run.end('reported', '');
  }
  if (run.survivors.length === 0) await cleanUp(run);
  return played;
}

async function playAgent(run: LiveRun, adapter: Adapter | null): Promise<Played> {
  const { shell, command } = run.brief;
  if (shell) return playShell(run, shell);
  if (!command) return { end: { exit: null, spawnError: messages.NO_COMMAND }, collect: {} };
  run.phase('agent');
  run.outputBefore = run.outputSize();
  const prompt = join(run.folder, RUN_FILES.prompt);
  const promptText = plainTextOf(prompt);
  if (promptText === null) return { end: { exit: null, spawnError: messages.NO_PROMPT }, collect: {} };
  const args = command.stdin === 'argument' ? withPrompt(command.args, promptText) : command.args;
  const long = args.map((arg) => Buffer.byteLength(arg)).find((bytes) => bytes > LONGEST_ARGUMENT);
  if (long !== undefined)
    return { end: { exit: null, spawnError: messages.argumentTooLong(long, LONGEST_ARGUMENT) }, collect: {} };
  const listener = adapter?.startConversation ? new Listener(run, adapter.startConversation, promptText) : null;
  const end = await supervise(run, {
    file: command.file,
    args,
    stdin: command.stdin === 'prompt' ? prompt : null,
    timeout: run.brief.timeout,
    late: () => lateness(run),
    isAgent: true,
    ...(listener === null ? {} : { onTick: () => listener.observe() }),
    ...(listener !== null && command.stdin === 'dialogue'
      ? { onStdin: (stdin: Writable) => listener.begin(stdin), isOver: () => listener.isOver }
      : {}),
  });
  if (listener !== null) finishListening(run, listener);
  return { end, collect: {} };
}

/** Bytes: what Linux takes for one argument (MAX_ARG_STRLEN, with a final NUL). Elsewhere the system itself says no. */
const LONGEST_ARGUMENT = process.platform === 'linux' ? 128 * 1024 - 1 : Infinity;

/** One element of argv, whatever the prompt contains; no argument can hold a NUL. */
const withPrompt = (args: readonly string[], prompt: string): string[] =>
  args.map((arg) => arg.replaceAll('{prompt}', () => prompt.replaceAll('\0', '')));

function finishListening(run: LiveRun, listener: Listener): void {
  listener.finish();
  run.usage = listener.usage;
  run.sessionUsage = listener.sessionUsage;
  // An agent that knows its budget ends by itself when it has spent it. If it wrote a report, the budget was enough.
  if (!listener.isSpent || run.ended || hasReport(run)) return;
  run.capped = true;
  run.end('stopped', run.brief.allowance?.why ?? '');
}

const hasReport = ({ brief, folder }: LiveRun): boolean => reportIn(folder, brief);

/**
 * A deadline that falls while the agent waits for its provider is the provider's. One whose last word was an error has
 * ended, and only doesn't leave: it is ended without a cause, and its adapter reads what it said.
 */
function lateness(run: LiveRun): { cause: Cause; detail: string } | null {
  const last = lastWord(run.events)?.kind;
  if (last === 'provider' || last === 'login' || last === 'no-session') return null;
  if (run.waits !== null) return { cause: 'provider', detail: run.waits.why };
  return { cause: 'timed-out', detail: messages.notDoneAfter(run.brief.timeout) };
}

/** How a run ended, and what else its result is to say of it. */
type Verdict = Pick<RunResult, 'cause' | 'detail' | 'providerUntil' | 'login' | 'noSession'>;

/** Facts first: what ended it, its report, then the adapter's reading; an agent that has committed did start. */
function runResult(
  run: LiveRun,
  { exit, spawnError }: ProgramEnd,
  collected: Collected,
  adapter: Adapter | null,
): Verdict {
  if (run.ended) {
    const until = run.events.findLast((event) => event.type === 'waiting')?.until;
    return { ...run.ended, ...(run.ended.cause === 'provider' && until !== undefined ? { providerUntil: until } : {}) };
  }
  if (spawnError !== null) return { cause: 'not-started', detail: messages.notStarted(spawnError) };
  const reading =
    exit === null ? null : (adapter?.outcome(exit, tailOf(run.outputPath), run.events, Date.now()) ?? null);
  const worked = collected.tip !== run.brief.tip;
  return causeOf(reading, worked, adapter) ?? withoutReport(run, exit, reading, adapter);
}

/** What the adapter's reading explains; null: nothing. */
function causeOf(reading: AgentReading | null, worked: boolean, adapter: Adapter | null): Verdict | null {
  switch (reading?.kind) {
    case 'provider': {
      const { detail, until } = reading;
      return { cause: 'provider', detail, ...(until === undefined ? {} : { providerUntil: until }) };
    }
    case 'login':
      return { cause: 'not-started', detail: needsLogin(reading.detail, adapter), login: true };
    case 'no-session':
      return { cause: 'not-started', detail: reading.detail, noSession: true };
    case 'not-started':
      return !worked || reading.though === 'worked' ? { cause: 'not-started', detail: reading.detail } : null;
    default:
      return null;
  }
}

function withoutReport(
  run: LiveRun,
  exit: ProgramEnd['exit'],
  reading: AgentReading | null,
  adapter: Adapter | null,
): Verdict {
  const last = reading?.kind === 'ended' ? reading.detail : lastWordOf(run, adapter);
  return { cause: 'no-report', detail: messages.withoutReport({ exit, last, denied: deniedOf(run) }) };
}

/** Of an agent that prints lines of JSON, only what its events say is text. */
function lastWordOf(run: LiveRun, adapter: Adapter | null): string | undefined {
  const telling =
    (adapter?.startConversation ?? null) === null
      ? reasonIn(run.outputPath, run.outputBefore)
      : (certainLine(outputTail(run.events)) ?? '');
  return telling === '' ? undefined : telling;
}

/** A provider's own "401 Unauthorized" doesn't tell the user what to do. */
const needsLogin = (detail: string, adapter: Adapter | null): string =>
  adapter?.cli == null ? messages.needsKey(detail) : messages.needsLogin(detail, adapter.cli.login);

const MOST_DENIED = 10;

function deniedOf(run: LiveRun): string[] {
  const all = run.events.flatMap((event) => (event.type === 'denied' ? [`${event.name} ${event.summary}`.trim()] : []));
  return [...new Set(all)].slice(0, MOST_DENIED);
}

function resultOf(run: LiveRun, facts: Collected & Pick<RunResult, 'exit'>, verdict: Verdict): RunResult {
  const { brief } = run;
  const listens = (adapterNamed(brief.adapter)?.startConversation ?? null) !== null;
  return {
    version: 1,
    runId: brief.runId,
    startedAt: run.startedAt,
    endedAt: Date.now(),
    awake: Math.round(run.awake),
    ...(run.waited === 0 ? {} : { waited: Math.round(run.waited) }),
    ...facts,
    output: run.outputSize(),
    // Lines of JSON would tell nobody anything.
    tail: (listens ? outputTail(run.events) : '') || tailOf(run.outputPath),
    survivors: run.survivors,
    swept: [...run.swept.values()],
    ...verdict,
    cause: run.ended?.cause ?? 'no-report',
    detail: run.ended?.detail ?? '',
    ...ofAgent(run),
  };
}

/** What the agent reported of itself; what it did not report is absent. */
function ofAgent(run: LiveRun): Pick<RunResult, 'session' | 'usage' | 'sessionUsage' | 'denied' | 'capped'> {
  const session = run.session ?? run.brief.session?.id;
  const denied = deniedOf(run);
  return {
    ...(session === undefined ? {} : { session }),
    ...(run.usage === undefined ? {} : { usage: run.usage }),
    ...(run.sessionUsage === undefined ? {} : { sessionUsage: run.sessionUsage }),
    ...(denied.length === 0 ? {} : { denied }),
    ...(run.capped ? { capped: true } : {}),
  };
}
