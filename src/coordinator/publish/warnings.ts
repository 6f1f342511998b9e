import { reasonText } from '../../report/reason.ts';
import type { Decision } from '../../pipeline/action.ts';
import { reasonOf } from '../../pipeline/failures.ts';
import type { Observation } from '../observe/observation.ts';

/** What is said besides the entries: where the board is read, and every problem of its files. */
export function warningsOf({ git, workflow, problems, world }: Observation, { postponed }: Decision): string[] {
  const { base } = workflow.settings;
  const told = problems.map(
    ({ where, message }) => `${where ? `${where.file}:${where.line}:${where.column}: ` : ''}${message}`,
  );
  const shown = new Set(world.entries.flatMap(({ entry }) => entry.id ?? []));
  for (const failed of postponed)
    if (failed.id === null || !shown.has(failed.id)) told.push(`${failed.what}: ${reasonText(reasonOf(failed))}`);
  if (git.open !== null) told.unshift(`${git.open}: nothing is moved or landed until it is closed`);
  else if (git.checkout === null)
    told.unshift(`${base} is checked out nowhere: its own board counts, files elsewhere are not read`);
  return told;
}
