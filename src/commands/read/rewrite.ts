import { rewriteEntry, type Rewrite } from '../../board/edit/rewrite-entry.ts';
import type { Entry } from '../../board/entry.ts';
import { createSectionMemo } from '../../board/parse.ts';
import type { Reply } from '../../contract/request.ts';
import { entryHash } from '../../coordinator/perform/entry-hash.ts';
import { ok, type Result } from '../../problem.ts';
import { send } from '../program/ask.ts';
import type { Io } from '../program/command.ts';
import { withBoard } from '../program/open-board.ts';
import * as messages from '../messages.ts';
import { entryNamed } from './entries-on-board.ts';
import { keptFile } from './kept-text.ts';

/** Sets parts of an entry by name. */
export async function rewrite(io: Io, typed: string, change: Rewrite): Promise<Result<Reply>> {
  const made = await withBoard(io.cwd, async (board) => {
    const found = await entryNamed(board, typed);
    if (!found.ok) return found;
    const { ids, board: boardPath } = board.settings;
    const text = rewriteEntry(found.value, change, { ids, boardPath, memo: createSectionMemo() });
    return text.ok ? ok({ root: board.repo.root, entry: found.value, text: text.value }) : text;
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
  const kept = messages.textKept(keep());
  if (sent.ok) return ok({ ...sent.value, message: `${sent.value.message}; ${kept}` });
  return { ok: false, error: [...sent.error, { code: 'text-kept', message: kept }] };
}
