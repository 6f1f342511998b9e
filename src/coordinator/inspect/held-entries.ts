import type { Entry } from '../../board/entry.ts';
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
export function heldEntries(
  notes: readonly Note[],
  entries: readonly Pick<Entry, 'key' | 'title'>[],
): readonly Finding[] {
  const titles = new Map(entries.map(({ key, title }) => [key, title]));
  const byText = new Map<string, Note[]>();
  for (const note of notes) {
    if (!LASTING.has(note.reason.code)) continue;
    const text = reasonText(note.reason);
    byText.set(text, [...(byText.get(text) ?? []), note]);
  }
  return [...byText].map(([text, held]): Finding => {
    const code = held[0]?.reason.code ?? 'problem';
    const first = held.find(({ id }) => id !== null)?.id ?? null;
    const names = held.map(({ id, key }) => id ?? `"${titles.get(key) ?? key}"`);
    const fix = code === 'agent-not-started' ? messages.TRY_AGAIN : first === null ? null : messages.lookAt(first);
    return {
      check: code,
      level: 'holds',
      message: messages.entriesWait(names, text),
      ...(fix === null ? {} : { fix }),
      holds: { entries: held.map(({ id, key }) => id ?? key) },
    };
  });
}
