import { join } from 'node:path';
import { textFollowing } from '../../system/plain-file.ts';
import type { Repository } from '../git.ts';

/**
 * Value of a variable in the repository's own config file, the last one if there are several; null if it is not there.
 * Read in this process (`git config` takes 2 ms): for what is written there by `git config --local` and nothing else,
 * since included files are not followed. Syntax: git-config(1), "CONFIGURATION FILE".
 * @param name such as `kanban.base`: a section without a subsection, and a key
 */
export function localConfig({ commonDir }: Pick<Repository, 'commonDir'>, name: string): string | null {
  const text = readText(join(commonDir, 'config'));
  const [wanted, wantedKey] = name.toLowerCase().split('.');
  let section = '';
  let found: string | null = null;
  for (const line of text.replaceAll(/\\\r?\n/g, '').split('\n')) {
    const [, header, rest = ''] = /^\s*\[([^\]]*)\](.*)$/.exec(line) ?? [];
    section = header?.trim().toLowerCase() ?? section;
    const [, key, value] = /^\s*([A-Za-z][\w-]*)\s*=(.*)$/.exec(header === undefined ? line : rest) ?? [];
    if (section === wanted && key?.toLowerCase() === wantedKey) found = unquoted(value ?? '');
  }
  return found;
}

/** Quotes and escapes undone, a comment and the blanks around the value gone. */
function unquoted(written: string): string {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < written.length; at += 1) {
    const letter = written[at] ?? '';
    if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === '#' || letter === ';')) break;
    else if (letter === '\\') value += ESCAPES[written[(at += 1)] ?? ''] ?? written[at] ?? '';
    else if (quoted || value !== '' || !/\s/.test(letter)) value += letter;
    if (quoted || !/\s/.test(letter)) kept = value.length;
  }
  return value.slice(0, kept);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };

function readText(path: string): string {
  return textFollowing(path) ?? '';
}
