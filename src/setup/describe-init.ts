import type { InitResult } from './init-plan.ts';

/** What `kanban init` prints: what it wrote and found, and what comes next. */
export function describeInit({ dryRun, made, written, kept, found, nextSteps }: InitResult): string {
  const wrote = written.map(
    ({ path, how }) => `  ${how === 'new' ? '+' : '~'} ${path}${how === 'appended' ? ' (lines appended)' : ''}`,
  );
  const all = [...made.map((line) => `  + ${line}`), ...wrote];
  const parts = [
    ['Found', ...found.map((line) => `  ${line}`)],
    all.length === 0
      ? ['Nothing to write: all is there.']
      : [
          made.length === 0 ? (dryRun ? 'Would write' : 'Wrote') : dryRun ? 'Would make and write' : 'Made and wrote',
          ...all,
        ],
    kept.length > 0 ? [`Kept as ${kept.length === 1 ? 'it is' : 'they are'}: ${kept.join(', ')}`] : [],
    ['Next', ...nextSteps.map((line) => `  ${line}`)],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}
