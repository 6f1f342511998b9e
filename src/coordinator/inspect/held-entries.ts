import type { Reason } from '../../contract/reason.ts';
import { reasonText } from '../../report/reason.ts';
import type { Note } from '../../pipeline/action.ts';
import type { Finding } from '../../preflight/finding.ts';
import * as messages from './messages.ts';

/** Reasons that last until the user does something, and that no check of preflight reports. */
const LASTING: ReadonlySet<Reason['code']> = new Set([
  'agent-not-started',
  'foreign-run',
  'nothing-to-judge',
  'worktree-elsewhere',
  'outside-commit',
  'entry-cap',
  'entry-runs',
]);

/**
 * What keeps entries from continuing besides what preflight checks: a run that could not start, nothing to review, a cap.
 * The same reasons as `kanban status` and `kanban show` print. Entries with the same reason share a finding.
 */
export function heldEntries(notes: readonly Note[]): readonly Finding[] {
  const byText = new Map<string, { readonly reason: Reason; readonly keys: string[] }>();
  for (const { key, id, reason } of notes) {
    if (!LASTING.has(reason.code)) continue;
    const text = reasonText(reason);
    const same = byText.get(text);
    if (same === undefined) byText.set(text, { reason, keys: [id ?? key] });
    else same.keys.push(id ?? key);
  }
  return [...byText].map(([text, { reason, keys }]) => ({
    check: reason.code,
    level: 'holds',
    message: messages.entriesWait(keys, text),
    ...(reason.code === 'agent-not-started' ? { fix: messages.TRY_AGAIN } : { fix: messages.lookAt(keys[0] ?? '') }),
    holds: { entries: keys },
  }));
}
