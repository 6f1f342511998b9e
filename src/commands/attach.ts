import { adapterNamed } from '../agents/adapters.ts';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listRuns, type RunRecord } from '../runs/list-runs.ts';
import { openRepository } from '../git/open-repository.ts';
import { readFrom } from '../system/plain-file.ts';
import type { Problem } from '../problem.ts';
import { agentLine } from '../report/agent-line.ts';
import { plainLines } from '../report/plain.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import { eventOf } from '../contract/records.ts';
import { isSameId } from '../pipeline/named-id.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { stampClock } from './program/local-clock.ts';
import { printProblems } from './program/print.ts';
import { absentEntry } from './read/absent-entry.ts';
import * as messages from './messages.ts';

/** ms between two looks at a run that continues. */
const POLL_INTERVAL_MS = 100;

/**
 * `kanban attach <id>`: what an entry's run does, from its beginning until it ends, as readable text or, with `--raw`, byte
 * by byte as the agent printed it. It only reads: ending it leaves the run alone.
 */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const record = newestRun(opened.value.root, args[0] ?? '');
  if (record === null) return printProblems(io, (await absentEntry(io.cwd, args[0] ?? '')) ?? [noRun(args[0] ?? '')]);
  const { folder, brief } = record;
  const raw = options['raw'] === true;
  if (!raw) io.stdout.write(`${brief.runId} (${brief.agent}) in ${brief.worktree}\n`);
  const sources = raw ? [rawOutput(folder, io)] : readable(folder, brief.adapter, io);
  for (;;) {
    // Asked before the last look, so that nothing that was printed before the end is missed.
    const over = isOver(opened.value.root, brief.runId);
    for (const source of sources) await source();
    if (over !== null) {
      if (!raw) io.stdout.write(`${over}\n`);
      return EXIT.done;
    }
    await pause(POLL_INTERVAL_MS);
  }
}

/** A run by its id, else the entry's run that is on, else its last one. */
function newestRun(root: string, id: string): RunRecord | null {
  const { runs } = listRuns(root);
  const own = runs.filter(({ runId, brief }) => runId === id || isSameId(brief.taskId, id));
  return own.findLast(({ state }) => state === 'alive') ?? own.at(-1) ?? null;
}

const noRun = (id: string): Problem => ({
  code: 'no-run',
  message: messages.noRun(id),
  fix: messages.FIND_RUNS,
});

/** How it ended; null while it continues. */
function isOver(root: string, runId: string): string | null {
  const record = listRuns(root).runs.find((run) => run.runId === runId);
  if (record === undefined) return messages.RUN_FOLDER_MISSING;
  if (record.result !== null) {
    const { cause, detail } = record.result;
    return `— ended: ${cause}${detail === '' ? '' : `, ${detail}`}`;
  }
  return record.state === 'dead' || record.state === 'lost' ? messages.RUNNER_MISSING : null;
}

type Source = () => Promise<void>;

/** The agent's events, one line each; of an agent that tells none, what it printed. */
function readable(folder: string, adapter: string, io: Io): Source[] {
  const printsText = adapterNamed(adapter)?.startConversation === null;
  const events = lines(join(folder, RUN_FILES.events), (line) => {
    const event = eventOf(line);
    // The output of these tells more than the phases of their run.
    const text = event === null || (printsText && event.type === 'phase') ? null : agentLine(event);
    if (event !== null && text !== null) io.stdout.write(`${stampClock(event.at)} ${text}\n`);
  });
  if (!printsText) return [events];
  return [lines(join(folder, RUN_FILES.output), (line) => io.stdout.write(`${plainLines(line).join(' ')}\n`)), events];
}

function rawOutput(folder: string, io: Io): Source {
  return grown(join(folder, RUN_FILES.output), (bytes) => write(io, bytes));
}

/** Whole lines of a growing file. */
function lines(path: string, each: (line: string) => void): Source {
  let rest = '';
  const decoder = new TextDecoder();
  return grown(path, async (bytes) => {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) each(line);
  });
}

const CHUNK = 256 * 1024;

/** What a growing file has got since the last look, in bounded pieces. */
function grown(path: string, each: (bytes: Buffer) => Promise<void>): Source {
  let offset = 0;
  return async () => {
    for (;;) {
      const bytes = readFrom(path, offset, CHUNK);
      if (bytes.length === 0) return;
      offset += bytes.length;
      await each(bytes);
    }
  };
}

/** Waits for a reader that is slower than the file. */
async function write({ stdout }: Io, bytes: Buffer): Promise<void> {
  if (!stdout.write(bytes)) await new Promise<void>((resolve) => stdout.once('drain', () => resolve()));
}
