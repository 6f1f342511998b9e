import picomatch from 'picomatch';

/**
 * The changed paths that the settings protect and that the entry's `files` does not name.
 * @param changed paths relative to the root, with `/`
 * @param protect globs of the settings
 * @param files globs of the entry
 */
export function protectedPaths(
  changed: readonly string[],
  protect: readonly string[],
  files: readonly string[],
): string[] {
  if (protect.length === 0 || changed.length === 0) return [];
  const isProtected = picomatch([...protect], { dot: true });
  const isNamed = files.length === 0 ? () => false : picomatch([...files], { dot: true });
  return changed.filter((path) => isProtected(path) && !isNamed(path));
}
