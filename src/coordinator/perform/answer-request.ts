import { join } from 'node:path';
import type { Reply } from '../../contract/request.ts';
import { answer, settleRequest } from '../../runs/mailbox.ts';
import { runsFolder } from '../../runs/runs-folder.ts';

/** `.kanban/mailbox` of a checkout. */
export const mailboxOf = (root: string): string => join(runsFolder(root), '..', 'mailbox');

/** Answers the command that waits for it. */
export function reply(mailbox: string, request: string, text: Reply): void {
  answer(mailbox, request, text);
  settleRequest(mailbox, request);
}
