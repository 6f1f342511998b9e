/**
 * The files of a patch (`git diff -U0`) in which the three conflict markers stand in order in added lines. A lone
 * `=======` is a heading, and one kind of marker alone may be a text about merges.
 */
export function filesWithMarkers(patch: string): string[] {
  const found = new Set<string>();
  let file = '';
  let seen = 0;
  for (const line of patch.split('\n')) {
    if (line.startsWith('+++ ')) {
      file = line
        .slice(4)
        .replace(/^"?b\//, '')
        .replace(/"?\t?$/, '');
      seen = 0;
    } else if (/^\+<{7}( |$)/.test(line)) seen = 1;
    else if (/^\+={7}\r?$/.test(line) && seen === 1) seen = 2;
    else if (/^\+>{7}( |$)/.test(line) && seen === 2) {
      found.add(file);
      seen = 0;
    }
  }
  return [...found];
}
