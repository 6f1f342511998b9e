import { reasonText } from '../../report/reason.ts';
import type { SnapshotWarning } from '../../contract/snapshot.ts';
import type { Decision } from '../../pipeline/action.ts';
import { reasonOf } from '../../pipeline/failures.ts';
import type { Problem } from '../../problem.ts';
import { isIndexLocked } from '../observe/checkout-in-motion.ts';
import type { Observation } from '../observe/observation.ts';
import * as messages from './messages.ts';

/** What is shown besides the entries: where the board is read, and every problem of its files. */
export function warningsOf(
  { git, workflow, problems, world }: Observation,
  { postponed }: Decision,
): readonly SnapshotWarning[] {
  const { base } = workflow.settings;
  const first = firstByEntry(problems);
  const warnings = problems.map((problem): SnapshotWarning => {
    const { where, message, holds = [] } = problem;
    const place = where ? `${where.file}:${where.line}:${where.column}: ` : '';
    const level = problem.warning === true ? 'info' : holds.length > 0 ? 'holds' : 'stops';
    return { text: `${place}${message}`, entries: holds.filter((key) => first.get(key) === problem), level };
  });
  const warning = (text: string): SnapshotWarning => ({ text, entries: [] });
  const shown = new Set(world.entries.flatMap(({ entry }) => entry.id ?? []));
  for (const failed of postponed)
    if (failed.id === null || !shown.has(failed.id))
      warnings.push(warning(`${failed.what}: ${reasonText(reasonOf(failed))}`));
  if (git.open !== null) warnings.unshift(warning(messages.baseOpen(git.open)));
  else if (isIndexLocked(git)) warnings.unshift(warning(messages.INDEX_LOCKED));
  else if (git.checkout === null) warnings.unshift(warning(messages.notCheckedOut(base)));
  return warnings;
}

/** The problem that is the reason of an entry, by the entry's key. */
function firstByEntry(problems: readonly Problem[]): ReadonlyMap<string, Problem> {
  const first = new Map<string, Problem>();
  for (const problem of problems) for (const key of problem.holds ?? []) if (!first.has(key)) first.set(key, problem);
  return first;
}
