import { readFileSync, rmSync } from 'node:fs';
import type { Entry } from '../../board/entry.ts';
import type { Reply } from '../../contract/request.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { runInForeground } from '../../system/foreground.ts';
import type { Io } from '../program/command.ts';
import { withBoard } from '../../surfaces/with-board.ts';
import * as messages from '../messages.ts';
import { entryNamed } from '../../surfaces/entries-on-board.ts';
import { keptFile } from './kept-text.ts';
import { sendEdit } from './rewrite.ts';

/** Replaces the whole text of an entry. @param given the new text; null: the user edits it in an editor */
export async function editWhole(io: Io, typed: string, given: string | null): Promise<Result<Reply>> {
  const found = await withBoard(io.cwd, async (board) => {
    const entry = await entryNamed(board, typed);
    return entry.ok ? ok({ entry: entry.value, root: board.repo.root }) : entry;
  });
  if (!found.ok) return found;
  const { entry, root } = found.value;
  if (given?.trim() === '')
    return failed([{ code: 'no-text', message: messages.EMPTY_STDIN, fix: messages.REMOVE_INSTEAD }]);
  if (given !== null) return sendEdit(io, entry, given, () => keptFile(root, entry.id ?? typed, given));
  return inEditor(io, entry, root);
}

/** The file of the editor is the copy that is kept when the text is refused. */
async function inEditor(io: Io, entry: Entry, root: string): Promise<Result<Reply>> {
  const editor = io.env['VISUAL'] || io.env['EDITOR'] || (io.isTTY ? 'vi' : '');
  if (editor === '')
    return failed([
      { code: 'no-editor', message: messages.NO_EDITOR, fix: messages.editWithoutEditor(entry.id ?? entry.key) },
    ]);
  const file = keptFile(root, entry.id ?? '', `${entry.source.trimEnd()}\n`);
  const code = await runInForeground(`${editor} "$1"`, [file], { cwd: root, env: io.env });
  const text = readFileSync(file, 'utf8');
  const isUnchanged = text.trimEnd() === entry.source.trimEnd();
  if (code !== 0) {
    if (isUnchanged) rmSync(file, { force: true });
    const kept = isUnchanged ? '' : `; ${messages.textKept(file)}`;
    return failed([{ code: 'editor-failed', message: messages.editorFailed(editor, code) + kept }]);
  }
  const reply = await sendEdit(io, entry, text, () => file);
  if (reply.ok && reply.value.ok) rmSync(file, { force: true });
  return reply;
}
