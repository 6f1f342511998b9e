import type { KanbanEvent } from '../../contract/event.ts';
import { unreachable } from '../../unreachable.ts';
import { plain } from '../plain.ts';
import { PURPOSE, someIds, took } from './words.ts';

export type QueueEvent = Extract<KanbanEvent, { readonly type: `check-${string}` | 'pushed' | 'integrated' }>;

/** An event of the merge queue in one sentence; null = another event of the same moment says it. */
export function queueEventLine(event: QueueEvent): string | null {
  switch (event.type) {
    case 'check-started':
      return `check started: ${what(event.entries)}${event.purpose === 'first' ? '' : ` (${PURPOSE[event.purpose]})`}`;
    case 'check-ended': {
      const end = event.outcome === 'error' ? 'could not be carried out' : OUTCOME[event.outcome];
      return `check of ${what(event.entries)} ${end} after ${took(event.seconds)}${after(event.detail)}`;
    }
    case 'check-flaked':
      return `check of ${what(event.entries)} was a flake: it failed, and now passed on the same commit (${short(event.commit)})`;
    case 'check-blamed':
      // Its entry changes, or moves, with the same words.
      return null;
    case 'pushed':
      return `pushed to ${event.remote}/${event.branch} (${short(event.commit)})${after(someIds(event.entries, SHOWN))}`;
    case 'integrated':
      return `base was brought up to ${event.from} (${short(event.commit)})${after(event.notes.join('; '))}`;
    default:
      return unreachable(event);
  }
}

const OUTCOME = { green: 'passed', red: 'failed' } as const;
const SHOWN = 8;
const what = (entries: readonly string[]): string => (entries.length === 0 ? 'base alone' : someIds(entries, SHOWN));

const after = (words: string): string => (plain(words) === '' ? '' : `: ${plain(words)}`);
const short = (sha: string): string => sha.slice(0, 7);
