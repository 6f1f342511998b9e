/** What a shell knows by itself: nothing of it is looked for on the PATH. */
const BUILTINS = new Set(
  `: . [ [[ alias bg break case cd command continue do done echo elif else esac eval exec exit export false fc fg fi for
  function getopts hash if in jobs kill let local printf pwd read readonly return select set shift source test then time
  times trap true type typeset ulimit umask unalias unset until wait while { } ! ( )`.split(/\s+/),
);
/** Programs that start the program behind them. */
const WRAPPERS = new Set([
  'env',
  'exec',
  'nice',
  'nohup',
  'time',
  'command',
  'stdbuf',
  '!',
  'then',
  'do',
  'if',
  'while',
  'until',
  'else',
]);

/**
 * The programs that a command line surely starts first: of `cd web && FOO=1 npm ci` it is npm. null: a builtin, a path in
 * the worktree, something with a variable in it, or nothing that can be told without a shell.
 */
export function firstProgram(command: string): string | null {
  for (const part of command.split(/&&|\|\||[;|\n]/)) {
    const words =
      part
        .trim()
        .replace(/^[({]\s*/, '')
        .match(/(?:[^\s"'\\]+|"[^"]*"|'[^']*'|\\.)+/g) ?? [];
    let at = 0;
    while (/^[A-Za-z_]\w*\+?=/.test(words[at] ?? '') || WRAPPERS.has(words[at] ?? '')) at += 1;
    const first = (words[at] ?? '').replaceAll(/["']/g, '');
    if (first === '' || first.startsWith('#')) continue;
    // What the shell itself works out decides what comes next.
    if (/[$`*?<>\\]/.test(first) || first.startsWith('-')) return null;
    if (BUILTINS.has(first)) {
      // A condition or a loop may never come to the rest; after `cd` a relative program means another place.
      if (['cd', 'set', 'export', 'true', ':', 'unset', 'umask', 'ulimit', 'echo', 'printf'].includes(first)) continue;
      return null;
    }
    if (first.includes('/')) return first.startsWith('/') ? first : null;
    return first;
  }
  return null;
}
