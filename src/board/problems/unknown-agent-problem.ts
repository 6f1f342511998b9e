import { placeAt, type Problem } from '../../problem.ts';
import type { ColumnText, Entry } from '../entry.ts';
import { nearestOf } from '../nearest.ts';
import * as messages from './messages.ts';

/** Fields that name the agent of a role. */
const AGENT_FIELDS: ReadonlySet<string> = new Set(['agent', 'task.agent', 'reviewer.agent', 'tester.agent']);

/** The problem of an entry that names an agent which the settings don't know; null if there is none. */
export function unknownAgentProblem(
  entry: Entry,
  { path, text }: ColumnText,
  known: readonly string[],
): Problem | null {
  const field = entry.fields.find(({ key, value }) => AGENT_FIELDS.has(key) && !known.includes(value));
  if (field === undefined) return null;
  const { offset, length } = valuePlace(text, field.offset, field.value);
  const near = nearestOf(field.value, known);
  return {
    code: 'unknown-agent',
    message: messages.unknownAgent(entry, field.value),
    where: placeAt(path, text, offset, length),
    fix: messages.writeKnownAgent(near, known),
    holds: [entry.key],
  };
}

/** Where the value stands in its item; the item itself if it is written in another way. */
function valuePlace(text: string, from: number, value: string): { readonly offset: number; readonly length: number } {
  const line = text.slice(from).split(/[\r\n]/, 1)[0] ?? '';
  const at = line.indexOf(value, line.indexOf(':'));
  return at < 0 ? { offset: from, length: line.length } : { offset: from + at, length: value.length };
}
