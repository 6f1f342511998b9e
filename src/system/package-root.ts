import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as messages from './messages.ts';

/** The folder of our own package, from the bundle in dist/ and from the sources alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'file-kanban')
      return folder;
    const above = dirname(folder);
    if (above === folder) throw new Error(messages.PACKAGE_INCOMPLETE);
    folder = above;
  }
}
