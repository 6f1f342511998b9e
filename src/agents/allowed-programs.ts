/** Programs that only look, or print, without which hardly any shell line of an agent is allowed. */
const LOOKING = [
  ...['cd', 'pwd', 'ls', 'cat', 'head', 'tail', 'wc', 'grep', 'rg', 'diff', 'stat', 'file', 'which', 'date'],
  ...['echo', 'printf', 'test', '[', 'true', 'false', 'basename', 'dirname', 'sort', 'uniq', 'cut', 'tr'],
];

/**
 * What an agent's shell may run unasked in the narrow form, where its CLI wants each part of a compound command to
 * begin with a program that is allowed: git, what only looks, and what the settings name.
 */
export function allowedPrograms(tools: readonly string[]): string[] {
  // A comma would end the entry in the CLIs' lists.
  return [...new Set(['git', ...LOOKING, ...tools.map((tool) => tool.trim())])].filter(
    (program) => program !== '' && !program.includes(','),
  );
}
