import type { InitResult } from './init.ts';

/** What `kanban init` prints: what it wrote and found, and what comes next. */
export function describeInit({ dryRun, written, kept, found, nextSteps }: InitResult): string {
  const wrote = written.map(
    ({ path, how }) => `  ${how === 'new' ? '+' : '~'} ${path}${how === 'appended' ? ' (lines appended)' : ''}`,
  );
  const parts = [
    ['Found', ...found.map((line) => `  ${line}`)],
    written.length === 0 ? ['Nothing to write: all is there.'] : [dryRun ? 'Would write' : 'Wrote', ...wrote],
    kept.length > 0 ? [`Kept as ${kept.length === 1 ? 'it is' : 'they are'}: ${kept.join(', ')}`] : [],
    ['Next', ...nextSteps.map((line) => `  ${line}`)],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}
