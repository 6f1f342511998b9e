/**
 * A path as a glob that matches it: what a glob (or a list of them, or a rule in parentheses) would read as its own sign
 * becomes `?`, any one character. Escapes are read differently by different libraries; this is not.
 */
export const literalGlob = (path: string): string => path.replaceAll(/[\\!?*+@()[\]{}|,^$'"&]/g, '?');
