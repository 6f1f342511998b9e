import type { KanbanEvent } from '../contract/event.ts';
import { drawProblem } from '../problem.ts';
import { unreachable } from '../unreachable.ts';
import type { Cause } from '../contract/result.ts';
import { plain, plainLines } from './plain.ts';
import { queueEventLine, type QueueEvent } from './queue/event-line.ts';
import { span } from './span.ts';
import { cut } from './width.ts';

/**
 * An event in one plain sentence (a drawn problem has more lines), without time stamp and line break; null = nothing
 * that the user must read. The text is safe for a terminal.
 */
export function eventLine(event: KanbanEvent): string | null {
  const text = worded(event);
  return text === null ? null : plainLines(text).join('\n').trimEnd();
}

function worded(event: KanbanEvent): string | null {
  switch (event.type) {
    case 'coordinator-started':
      return `kanban runs (pid ${event.pid}) on ${event.base}@${short(event.sha)}`;
    case 'coordinator-ended':
      return `kanban has ended: ${event.why}${event.runsLeft === 0 ? '' : `; ${runs(event.runsLeft)} left alive, which the next \`kanban run\` takes on`}`;
    case 'stop-asked':
      return event.now
        ? `stopping ${runs(event.runs)}; the work is kept`
        : `nothing new is started${event.runs === 0 ? '' : `; ${runs(event.runs)} may finish (again: stop them now)`}`;
    case 'recovered':
      return `a crash had interrupted something: ${event.what}`;
    case 'notice':
      return event.message;
    case 'problem-found':
      return drawProblem(event.problem);
    case 'settings-changed':
      return 'WORKFLOW.md was read again';
    case 'settings-broken':
      return [
        'WORKFLOW.md can not be used as it is; the last good settings stay',
        ...event.problems.map(drawProblem),
      ].join('\n');
    case 'hold-changed':
      return event.why === null ? `${event.what}: continues` : `${event.what}: waits, ${event.why}`;
    case 'board-edited':
      return `your edit of ${event.files.join(', ')} was committed (${short(event.commit)})`;
    case 'old-buffer-read':
      return oldBuffer(event);
    case 'base-rewritten':
      return `base was rewritten from ${short(event.from)} to ${short(event.to)}${event.missing.length === 0 ? '' : `; landings that are missing now: ${event.missing.join(', ')}`}`;
    case 'check-started':
    case 'check-ended':
    case 'check-flaked':
    case 'check-blamed':
    case 'pushed':
    case 'integrated':
      return queueEventLine(event);
    default:
      return ofEntry(event);
  }
}

type EntryEvent = Exclude<
  Extract<KanbanEvent, { readonly id: string }>,
  QueueEvent | { readonly type: 'hold-changed' }
>;

function ofEntry(event: EntryEvent): string {
  switch (event.type) {
    case 'entry-moved':
      return `${event.id} ${event.from} → ${event.to}${because(event.why)}: ${plain(event.title)}`;
    case 'entry-changed':
      return `${event.id} in ${event.column}: ${event.why}`;
    case 'entry-numbered':
      return `${event.id} is the number of "${plain(event.title)}" in ${event.column}`;
    case 'entry-added':
      return `${event.id} added to TODO: ${plain(event.title)}`;
    case 'entry-landed':
      return `${event.id} landed${event.byHand ? ', merged by hand' : ''} (${short(event.commit)}): ${plain(event.title)}`;
    case 'entry-abandoned':
      return `${event.id} abandoned${because(event.why)}: ${plain(event.title)}`;
    case 'entry-undone':
      return `${event.id} undone${because(event.why)}: its landing ${short(event.landing)} is taken back (${short(event.commit)})`;
    case 'person-needed':
      return [
        `${event.id} needs you: ${plain(event.why)}`,
        ...(event.ways.length === 0 ? [] : [event.ways.join(' · ')]),
      ].join('\n');
    case 'work-rescued':
      return `${event.id} work kept under ${event.ref}: ${event.why}`;
    case 'branch-kept':
      return `${event.id} branch kept under ${event.ref}`;
    case 'audit-failed':
      return `${event.id} landed, but not as it was built: ${event.findings.join('; ')}`;
    default:
      return ofRun(event);
  }
}

type RunEvent = Exclude<Extract<EntryEvent, { readonly type: `run-${string}` }>, never>;

function ofRun(event: RunEvent): string {
  switch (event.type) {
    case 'run-started':
      return `${event.id} ${event.purpose === 'mend' ? 'fixing' : PLAYS[event.role]} begins (${event.agent})`;
    case 'run-adopted':
      return `${event.id} ${PLAYS[event.role]} continues (${event.agent}): it outlived the coordinator that started it`;
    case 'run-ended':
      return `${event.id} ${PLAYS[event.role]} ${ENDED[event.cause]} after ${event.seconds < 1 ? '<1s' : span(event.seconds * 1000)}${event.detail === '' ? '' : `: ${plain(event.detail)}`}`;
    case 'run-put-aside':
      // How it ended has just been reported at length.
      return `discarded the result of ${event.id} (${/-([a-z]+)-[0-9a-f]+$/.exec(event.run)?.[1] ?? event.run}): ${cut(plain(event.why), 100)}`;
    case 'run-stopped':
      return `${event.id} its run is being stopped: ${event.why}`;
    case 'run-refused':
      return `${event.id} ${PLAYS[event.role]} could not be started: ${event.why}`;
    case 'run-stalled':
      return `${event.id} nothing moves in its run: no output, no CPU, no changed file`;
    default:
      return unreachable(event);
  }
}

const PLAYS = { task: 'work', reviewer: 'review', tester: 'test' } as const;

const ENDED: Readonly<Record<Cause, string>> = {
  reported: 'ended',
  'no-report': 'ended without a report',
  'timed-out': 'was ended at its time limit',
  stalled: 'was ended because nothing moved',
  provider: 'was turned away by its provider',
  'not-started': 'could not start',
  stopped: 'was stopped',
  lost: 'was lost',
};

const because = (why: string): string => (why === '' ? '' : ` (${plain(why)})`);
const short = (sha: string): string => sha.slice(0, 7);
const runs = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

function oldBuffer(event: Extract<KanbanEvent, { readonly type: 'old-buffer-read' }>): string {
  const { file, kept, restored, paused, saved } = event;
  const parts = [
    kept.length === 0 ? '' : `${kept.join(', ')} stays where it has moved to`,
    restored.length === 0 ? '' : `${restored.join(', ')} was left out and is back (delete it again to remove it)`,
    paused.length === 0 ? '' : `${paused.join(', ')} is back as [PAUSED] (delete it again, or delete [PAUSED])`,
    ...saved.map((ref) => `text of yours that is in no file now is kept: git show ${ref}:${file}`),
  ].filter((part) => part !== '');
  const what = parts.length === 0 ? 'your changes were applied to the current text' : parts.join('; ');
  return `${file} was saved from an older text: ${what}`;
}
