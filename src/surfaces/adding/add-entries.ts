import { closeRepository } from '../../git/close.ts';
import { openRepository } from '../../git/open-repository.ts';
import { failed, ok, type Problem, type Result } from '../../problem.ts';
import type { BoardReply, BoardRequest } from '../board-types.ts';
import * as messages from '../messages.ts';
import { checkEntries, type CheckedEntries } from './check-entries.ts';
import { knownBoard } from './known-board.ts';
import type { AddOptions, AddReply, NewEntry } from './new-entry.ts';

/**
 * Adds entries at the end of TODO, all of them in one commit or none.
 * @param cwd a folder in the repository. @param request carries out the request
 * @returns problems: the board can't be read
 */
export async function addEntries(
  cwd: string,
  entries: readonly NewEntry[],
  { dryRun = false, request }: AddOptions & { readonly request: (request: BoardRequest) => Promise<BoardReply> },
): Promise<Result<AddReply>> {
  const read = await checked(cwd, entries);
  if (!read.ok) return read;
  const { text, keys, problems } = read.value;
  if (problems.length > 0) return ok({ ok: false, message: textOf(problems), ids: [], problems });
  if (dryRun) return ok({ ok: true, message: messages.wouldAdd(entries.length), ids: [], problems });
  const reply = await request({ command: 'add', taskId: null, text, keys });
  const refused = reply.ok ? [] : [{ code: 'not-added', message: reply.message }];
  return ok({ ...reply, ids: reply.ids ?? [], problems: refused });
}

async function checked(cwd: string, entries: readonly NewEntry[]): Promise<Result<CheckedEntries>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  try {
    const board = await knownBoard(opened.value);
    return board.broken.length > 0 ? failed(board.broken) : ok(checkEntries(board, entries));
  } finally {
    closeRepository(opened.value);
  }
}

const textOf = (problems: readonly Problem[]): string => problems.map(({ message }) => message).join('\n');
