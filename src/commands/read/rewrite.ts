import { rewriteEntry, type Rewrite } from '../../board/edit/rewrite-entry.ts';
import type { Entry } from '../../board/entry.ts';
import { createSectionMemo } from '../../board/parse.ts';
import type { Reply } from '../../contract/request.ts';
import { entryHash } from '../../system/entry-hash.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { send } from '../program/ask.ts';
import type { Io } from '../program/command.ts';
import { withBoard } from '../../surfaces/with-board.ts';
import * as messages from '../messages.ts';
import { entryNamed } from '../../surfaces/entries-on-board.ts';
import { editedEntryProblems, knownIds } from '../../surfaces/adding/field-problems.ts';
import { knownBoard } from '../../surfaces/adding/known-board.ts';
import { keptFile } from './kept-text.ts';

/** Sets parts of an entry by name. */
export async function rewrite(io: Io, typed: string, change: Rewrite): Promise<Result<Reply>> {
  const made = await withBoard(io.cwd, async (board) => {
    const found = await entryNamed(board, typed);
    if (!found.ok) return found;
    const { ids, board: boardPath } = board.settings;
    const known = change.fields === undefined ? null : await knownBoard(board.repo);
    const depends = change.fields?.['depends'];
    const wanted =
      known === null || depends === undefined
        ? change
        : { ...change, fields: { ...change.fields, depends: knownIds(known, depends) } };
    const text = rewriteEntry(found.value, wanted, { ids, boardPath, memo: createSectionMemo() });
    if (!text.ok) return text;
    const problems = known === null ? [] : editedEntryProblems(known, typed, text.value);
    return problems.length > 0 ? failed(problems) : ok({ root: board.repo.root, entry: found.value, text: text.value });
  });
  if (!made.ok) return made;
  const { root, entry, text } = made.value;
  return sendEdit(io, entry, text, () => keptFile(root, entry.id ?? typed, text));
}

/** Sends a new text of an entry. @param keep for a text that is refused: puts it into a file, and returns its path */
export async function sendEdit(io: Io, entry: Entry, text: string, keep: () => string): Promise<Result<Reply>> {
  if (text.trimEnd() === entry.source.trimEnd())
    return ok({ ok: true, message: messages.nothingChanged(entry.id ?? '') });
  const sent = await send(io, { command: 'edit', taskId: entry.id, text, was: entryHash(entry.source) });
  if (sent.ok && sent.value.ok) return sent;
  const kept = await howToApply(io, entry.id ?? '', keep(), sent.ok && sent.value.text !== undefined);
  if (sent.ok) return ok({ ...sent.value, message: `${sent.value.message}; ${kept}` });
  return { ok: false, error: [...sent.error, { code: 'text-kept', message: kept }] };
}

/** Where a refused text is, and what can be done with it. */
async function howToApply(io: Io, id: string, file: string, isOutdated: boolean): Promise<string> {
  if (isOutdated) return messages.applyKept(id, file);
  const now = await withBoard(io.cwd, (board) => entryNamed(board, id));
  const isGone = !now.ok && now.error.some(({ code }) => code === 'unknown-id');
  return isGone ? messages.reuseKept(id, file) : messages.correctKept(id, file);
}
