import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { adapterNamed } from '../agents/adapters.ts';
import { eventOf } from '../contract/records.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import { listRuns } from '../runs/list-runs.ts';
import { statOrNone } from '../system/plain-file.ts';
import { BoardError } from './board-error.ts';
import type { AttachItem } from './board-types.ts';
import { endOfRun, newestRun } from './entry-run.ts';
import { grownBytes, grownLines, type Source } from './follow-file.ts';
import { noRun } from './no-run.ts';

/** ms between two looks at a run that continues. */
const POLL_INTERVAL_MS = 100;

interface Attaching {
  /** Bytes of what there is by now; undefined: all. */
  readonly tail: number | undefined;
  /** Asked between two looks. */
  readonly isOver: () => boolean;
}

/**
 * What a run does, from its beginning until it ends. It only reads: leaving it leaves the run alone.
 * @param root of the main worktree, absolute. @throws BoardError `no-run`
 */
export async function* attachRun(root: string, id: string, { tail, isOver }: Attaching): AsyncGenerator<AttachItem> {
  const record = newestRun(root, id);
  if (record === null) throw new BoardError([noRun(id)]);
  const { folder, brief, runId } = record;
  const tellsEvents = adapterNamed(brief.adapter)?.startConversation !== null;
  yield { type: 'run', run: runId, entry: brief.taskId, agent: brief.agent, tellsEvents };
  const found: AttachItem[] = [];
  const sources = sourcesOf(folder, tail, (item) => void found.push(item));
  for (;;) {
    // Asked before the last look, so that nothing that was printed before the end is missed.
    const isEnded = endOfRun(root, runId) !== null;
    for (const source of sources) await source();
    yield* found.splice(0);
    if (isEnded) break;
    if (isOver()) return;
    await pause(POLL_INTERVAL_MS);
  }
  const result = listRuns(root).runs.find((run) => run.runId === runId)?.result ?? null;
  yield { type: 'ended', run: runId, cause: result?.cause ?? null, detail: result?.detail ?? '' };
}

/** The events and the output of a run. */
function sourcesOf(folder: string, tail: number | undefined, found: (item: AttachItem) => void): Source[] {
  const [events, output] = [join(folder, RUN_FILES.events), join(folder, RUN_FILES.output)];
  const readEvents = grownLines(
    events,
    (line) => {
      const event = eventOf(line);
      if (event !== null) found({ type: 'agent', event });
    },
    beginOf(events, tail),
  );
  const begin = beginOf(output, tail);
  const decoder = new TextDecoder();
  let isWhole = begin === 0;
  const readOutput = grownBytes(
    output,
    (bytes) => {
      const start = isWhole ? 0 : bytes.indexOf(LINE_BREAK) + 1;
      // A part of a line, up to the first break, is passed over.
      if (!isWhole && start === 0) return;
      isWhole = true;
      const text = decoder.decode(bytes.subarray(start), { stream: true });
      if (text !== '') found({ type: 'output', text });
    },
    begin,
  );
  return [readEvents, readOutput];
}

const LINE_BREAK = 10;

const beginOf = (path: string, tail: number | undefined): number =>
  tail === undefined ? 0 : Math.max(0, (statOrNone(path)?.size ?? 0) - tail);
