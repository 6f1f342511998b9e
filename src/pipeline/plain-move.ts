import type { Column, Entry } from '../board/entry.ts';
import type { Action, EntryChange, Trailer } from './action.ts';
import * as messages from './messages.ts';
import { oneLine } from './one-line.ts';
import type { EntryFacts } from './world.ts';

type Move = Extract<Action, { type: 'move-entry' }>;

/** A move that takes no run in: what the coordinator sets right by itself. */
export function plainMove(
  facts: EntryFacts,
  what: {
    readonly to?: Column;
    readonly position?: 'top' | 'bottom';
    readonly before?: string | undefined;
    readonly reorders?: boolean;
    readonly change: EntryChange;
    readonly why: string;
    readonly trailers?: readonly Trailer[];
    readonly request?: string;
    readonly report?: string;
    readonly needsPerson?: boolean;
    readonly needsCommitted?: true;
  },
): Move {
  const { entry } = facts;
  const to = what.to ?? entry.column;
  const id = entry.id ?? '';
  const moved: Trailer[] =
    to === entry.column ? [] : [{ name: 'Kanban-Move', value: `${id} ${entry.column} -> ${to}` }];
  const escalation: Trailer[] = what.change.addTags?.includes('ESCALATED')
    ? [{ name: 'Kanban-Escalated', value: `${id} ${oneLine(what.why, 200)}` }]
    : [];
  return {
    type: 'move-entry',
    key: entry.key,
    id,
    from: entry.column,
    to,
    position: what.position ?? 'bottom',
    ...(what.before === undefined ? {} : { before: what.before }),
    ...(what.reorders === undefined ? {} : { reorders: what.reorders }),
    ...(what.needsCommitted === undefined ? {} : { needsCommitted: what.needsCommitted }),
    change: what.change,
    report: what.report ?? '',
    why: what.why,
    trailers: [...moved, ...(what.trailers ?? []), ...escalation],
    consumesRun: null,
    request: what.request ?? null,
    needsPerson: what.needsPerson ?? false,
  };
}

/** Strikes all that earlier stages left on the entry. */
export const RESET_PROGRESS: EntryChange = {
  removeTags: ['RETRY', 'ESCALATED'],
  setFields: { attempts: null, reviewed: null, tested: null },
};

/** What a way back to TODO strikes. `[APPROVE]` of a landing goes too; one in TODO itself is about the start, and stays. */
export const cleanFor = ({ column, tested }: Entry): EntryChange =>
  column !== 'TODO' || tested !== null
    ? { ...RESET_PROGRESS, removeTags: ['RETRY', 'ESCALATED', 'APPROVE'] }
    : RESET_PROGRESS;

/** The same, with the user's reason in front of the findings so far; without a reason they stay as they are. */
export function cleanWith(entry: Entry, why: string): EntryChange {
  const change = cleanFor(entry);
  const feedback = withFindings(entry, why);
  return feedback === entry.feedback ? change : { ...change, setFields: { ...change.setFields, feedback } };
}

/** A reason in front of the findings so far, once. @returns the new `feedback`; the old one where there is no reason */
export function withFindings({ feedback }: Entry, why: string): string | null {
  const reason = oneLine(why);
  if (reason === '' || feedback?.startsWith(reason) === true) return feedback;
  return feedback === null ? reason : oneLine(messages.reasonAndFindings(reason, feedback));
}

/** For an entry that starts on a fresh branch: the line that its former work proposed for the changelog goes too. */
export function cleanAfresh(entry: Entry, why: string): EntryChange {
  const change = cleanWith(entry, why);
  return { ...change, setFields: { ...change.setFields, changelog: null } };
}
