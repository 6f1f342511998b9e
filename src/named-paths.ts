import picomatch from 'picomatch';

/**
 * Whether a glob of `files` or `tests` names a path.
 * @param path relative to the root, with `/`
 * @param glob as picomatch reads it, or a folder
 */
export const matchesGlob = (path: string, glob: string): boolean =>
  path.startsWith(`${glob.replace(/\/+$/, '')}/`) || picomatch.isMatch(path, glob, { dot: true });

/** The paths that none of the globs names. @param globs `files` of an entry; empty = any path is named */
export const outsidePaths = (paths: readonly string[], globs: readonly string[]): string[] =>
  globs.length === 0 ? [] : paths.filter((path) => !globs.some((glob) => matchesGlob(path, glob)));
