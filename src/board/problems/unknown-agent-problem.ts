import { placeAt, type Problem } from '../../problem.ts';
import type { ColumnText, Entry } from '../entry.ts';
import { nearestOf } from '../nearest.ts';
import * as messages from './messages.ts';
import { valuePlace } from './value-place.ts';

/** Fields that name the agent of a role. */
const AGENT_FIELDS: ReadonlySet<string> = new Set(['agent', 'task.agent', 'reviewer.agent', 'tester.agent']);

/** `known`: every name that an entry may give; `configured`: those that a role or `agents` in the settings names. */
interface AgentNames {
  readonly known: readonly string[];
  readonly configured: readonly string[];
}

/** The problem of an entry that names an agent which the settings don't know; null if there is none. */
export function unknownAgentProblem(
  entry: Entry,
  { path, text }: ColumnText,
  { known, configured }: AgentNames,
): Problem | null {
  const field = entry.fields.find(({ key, value }) => AGENT_FIELDS.has(key) && !known.includes(value));
  if (field === undefined) return null;
  const { offset, length } = valuePlace(text, field.offset, field.value);
  return {
    code: 'unknown-agent',
    message: messages.unknownAgent(entry, field.value),
    where: placeAt(path, text, offset, length),
    fix: messages.writeKnownAgent({
      near: nearestOf(field.value, configured),
      builtIn: nearestOf(field.value, known),
      configured,
    }),
    holds: [entry.key],
  };
}
