import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../system/write-once.ts';

/** The user's text of an entry, in a new file under `.kanban/edits/`. @returns its path */
export function keptFile(root: string, id: string, text: string): string {
  const folder = join(root, '.kanban', 'edits');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${id}-${Date.now()}-${process.pid}.md`);
  writeWhole(file, text);
  return file;
}
