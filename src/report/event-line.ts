import type { KanbanEvent } from '../contract/event.ts';
import { drawProblem } from '../problem.ts';
import { hookText } from './agent-line.ts';
import { unreachable } from '../unreachable.ts';
import type { Cause } from '../contract/result.ts';
import { plain, plainLines } from './plain.ts';
import { queueEventLine, type QueueEvent } from './queue/event-line.ts';
import { span } from './span.ts';
import { describeUsage } from './usage.ts';
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
      if (event.now) return event.runs === 0 ? null : `stopping ${runs(event.runs)}; the work is kept`;
      return `nothing new is started${event.runs === 0 ? '' : `; ${runs(event.runs)} may finish (again: stop them now)`}`;
    case 'recovered':
      return `a crash had interrupted something: ${event.what}`;
    case 'notice':
      return event.message;
    case 'notify-failed':
      return `${event.target} did not get "${event.about}": ${plain(event.why)}`;
    case 'alert':
      return `alert: ${event.why}`;
    case 'alert-over':
      return `alert over: ${event.alert} (${span(event.seconds * 1000)})`;
    case 'progress':
      return progressLine(event);
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
    case 'paused':
      return `${event.id ?? 'everything'} is paused${because(event.why)}`;
    case 'resumed':
      return `${event.id ?? 'everything'} continues${because(event.why)}`;
    case 'injected':
      return `${event.id} message from ${plain(event.by)}: ${cut(plain(event.text), 100)}`;
    case 'message-given':
      return null;
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
  QueueEvent | { readonly type: 'hold-changed' | 'injected' | 'message-given' }
>;

function ofEntry(event: EntryEvent): string | null {
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

function ofRun(event: RunEvent): string | null {
  switch (event.type) {
    case 'run-started':
      return `${event.id} ${playOf(event)} begins (${event.agent})`;
    case 'run-adopted':
      return `${event.id} ${playOf(event)} continues (${event.agent}): it outlived the coordinator that started it`;
    case 'run-ended':
      return `${event.id} ${playOf(event)} ${ENDED[event.cause]} after ${event.seconds < 1 ? '<1s' : span(event.seconds * 1000)}${event.detail === '' ? '' : `: ${plain(event.detail)}`}`;
    case 'run-put-aside':
      // How it ended has just been reported at length; a run that ended in such a way has no result to lose.
      if (UNCOUNTED.test(event.why)) return null;
      return `discarded the result of ${event.id} (${/-([a-z]+)-[0-9a-f]+$/.exec(event.run)?.[1] ?? event.run}): ${cut(plain(event.why), 100)}`;
    case 'run-stopped':
      return `${event.id} its run is being stopped: ${event.why}`;
    case 'run-refused':
      return `${event.id} ${PLAYS[event.role]} could not be started: ${event.why}`;
    case 'run-hook':
      return `${event.id} ${hookText(event.hook)}`;
    case 'run-stalled':
      return `${event.id} nothing moves in its run: no output, no CPU, no changed file`;
    default:
      return unreachable(event);
  }
}

function progressLine(event: Extract<KanbanEvent, { readonly type: 'progress' }>): string {
  const { landed, failed, running, queue, ready, waiting, needs, perHour } = event;
  const used = describeUsage(event.today);
  return [
    `progress: ${landed} landed${landed === 0 ? '' : ` (${perHour}/h)`}`,
    ...(failed === 0 ? [] : [`${runs(failed)} failed`]),
    `${running} in work`,
    ...(queue === 0 ? [] : [`${queue} in the queue`]),
    `${ready} ready`,
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(needs === 0 ? [] : [`${needs} ${needs === 1 ? 'needs' : 'need'} you`]),
    ...(used === '' ? [] : [`today ${used}`]),
  ].join(' · ');
}

const UNCOUNTED = /^(?:not-started|provider|stopped|lost): /;

const PLAYS = { task: 'work', reviewer: 'review', tester: 'test' } as const;

/** Events of older versions do not tell the purpose. */
const playOf = ({ role, purpose }: { readonly role: keyof typeof PLAYS; readonly purpose?: 'work' | 'mend' }): string =>
  purpose === 'mend' ? 'fixing' : PLAYS[role];

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
