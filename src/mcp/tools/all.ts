import type { Tool } from '../tool.ts';
import { abandon } from './abandon.ts';
import { act } from './act.ts';
import { addEntries } from './add-entries.ts';
import { approve } from './approve.ts';
import { diff } from './diff.ts';
import { editEntry } from './edit-entry.ts';
import { events } from './events.ts';
import { message } from './message.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { undo } from './undo.ts';

/** In the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  status,
  show,
  events,
  diff,
  addEntries,
  editEntry,
  act,
  message,
  abandon,
  approve,
  undo,
];
