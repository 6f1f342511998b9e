/**
 * The lines of a table of a TOML file; '' = there is none. Enough for build files: dotted keys and inline tables at the top
 * are not followed.
 * @param name `dependency-groups`
 */
export function tomlTable(text: string, name: string): string {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim().replace(/\s*#.*$/, '') === `[${name}]`);
  if (start === -1) return '';
  const end = lines.findIndex((line, at) => at > start && line.startsWith('['));
  return lines.slice(start + 1, end === -1 ? undefined : end).join('\n');
}

/** The arrays of such a table by their keys, each as its text: `dev = ["pytest"]` is `dev` and `"pytest"`. */
export const tomlArrays = (table: string): readonly (readonly [key: string, items: string])[] =>
  [...table.matchAll(/^\s*"?([\w.-]+)"?\s*=\s*\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\]/gm)].map(
    ([, key = '', items = '']) => [key, items] as const,
  );
