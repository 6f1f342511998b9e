/**
 * A path as a glob that matches it: what a glob, a list of globs or a rule in parentheses would read as a sign of its
 * own becomes `?`, any one character. Escapes are read differently by different libraries; this is not. Braces mean
 * nothing once there is no comma.
 */
export const literalGlob = (path: string): string => path.replaceAll(/[\\!?*+@()[\]|,^$'"&]/g, '?');
