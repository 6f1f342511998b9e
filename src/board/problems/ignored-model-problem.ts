import { placeAt, type Problem } from '../../problem.ts';
import type { ColumnText, Entry } from '../entry.ts';
import * as messages from './messages.ts';
import { valuePlace } from './value-place.ts';

/** An agent that is given no model: a script, or a program with arguments of its own. */
export interface AgentWithoutModel {
  readonly name: string;
  readonly isScript: boolean;
}

/**
 * The problem of an entry that names a model which its agent would not be given; null if there is none.
 * @param fields that name a model, each with the agent of its role; null: that agent is given one
 */
export function ignoredModelProblem(
  entry: Entry,
  { path, text }: ColumnText,
  fields: ReadonlyMap<string, AgentWithoutModel | null>,
): Problem | null {
  const field = entry.fields.find(({ key, value }) => value !== '' && (fields.get(key) ?? null) !== null);
  const agent = field === undefined ? null : fields.get(field.key);
  if (field === undefined || agent === undefined || agent === null) return null;
  const { offset, length } = valuePlace(text, field.offset, field.value);
  return {
    code: 'model-not-passed-on',
    message: messages.modelIgnored(entry, agent.name, field.value),
    where: placeAt(path, text, offset, length),
    fix: messages.useModel(agent),
    holds: [entry.key],
  };
}
