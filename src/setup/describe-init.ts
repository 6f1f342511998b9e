import type { InitResult } from './init-plan.ts';
import * as messages from './messages-summary.ts';

/** What `kanban init` prints: what it wrote and found, and what comes next. */
export function describeInit({ dryRun, made, written, kept, found, nextSteps }: InitResult): string {
  const wrote = written.map(({ path, how }) => `  ${how === 'new' ? '+' : '~'} ${path}${messages.HOW[how]}`);
  const all = [...made.map((line) => `  + ${line}`), ...wrote];
  const parts = [
    ['Found', ...found.map((line) => `  ${line}`)],
    all.length === 0 ? [messages.NOTHING_TO_WRITE] : [messages.written(dryRun, made.length > 0), ...all],
    kept.length > 0 ? [messages.kept(kept)] : [],
    ['Next', ...nextSteps.map((line) => `  ${line}`)],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}
