import { reasonText } from '../../report/reason.ts';
import type { Decision } from '../../pipeline/action.ts';
import { reasonOf } from '../../pipeline/failures.ts';
import type { Observation } from '../observe/observation.ts';
import * as messages from './messages.ts';

/** What is shown besides the entries: where the board is read, and every problem of its files. */
export function warningsOf({ git, workflow, problems, world }: Observation, { postponed }: Decision): string[] {
  const { base } = workflow.settings;
  const warnings = problems.map(
    ({ where, message }) => `${where ? `${where.file}:${where.line}:${where.column}: ` : ''}${message}`,
  );
  const shown = new Set(world.entries.flatMap(({ entry }) => entry.id ?? []));
  for (const failed of postponed)
    if (failed.id === null || !shown.has(failed.id)) warnings.push(`${failed.what}: ${reasonText(reasonOf(failed))}`);
  if (git.open !== null) warnings.unshift(messages.baseOpen(git.open));
  else if (git.checkout === null) warnings.unshift(messages.notCheckedOut(base));
  return warnings;
}
