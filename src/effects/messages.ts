import { join } from 'node:path';

/** Folder of the messages for an entry (runner/messages.ts). */
export const messagesOf = (root: string, taskId: string): string => join(root, '.kanban', 'messages', taskId);
