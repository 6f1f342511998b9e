import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { plainText } from '../plain-text.ts';
import * as messages from './messages.ts';

/** Characters of a text in one call; a longer one belongs into a file. */
export const MAX_TEXT = 200_000;
const MAX_LINE = 2_000;
const MAX_ID = 64;

/** No escape sequences, control characters, or characters that turn the reading direction: they would reach the board. */
const isPlain = (text: string): boolean => plainText(text) === text.replaceAll('\r\n', '\n');

/** Markdown of several lines. */
export const text = (most = MAX_TEXT) => z.string().max(most).refine(isPlain, messages.NOT_PLAIN);
export const line = (most = MAX_LINE) => text(most).refine((value) => !/[\r\n]/.test(value), messages.SEVERAL_LINES);
/** Says why, in a sentence or more. */
export const why = text(MAX_LINE * 5).refine((value) => value.trim() !== '', messages.EMPTY);
export const id = line(MAX_ID).describe('task id: T-12');

/** What a reply of the board has. */
export const reply = z.looseObject({ ok: z.boolean(), message: z.string() });

/** The same schema, with JSON that has only what a model needs: every word of it is paid for in each session. */
export function compact(schema: z.ZodType): StandardSchemaWithJSON {
  const standard = schema['~standard'] as unknown as StandardSchemaWithJSON['~standard'];
  const { jsonSchema } = standard;
  return {
    '~standard': {
      ...standard,
      jsonSchema: {
        input: (options) => trimmed(jsonSchema.input(options)) as Record<string, unknown>,
        output: (options) => trimmed(jsonSchema.output(options)) as Record<string, unknown>,
      },
    },
  };
}

const DROPPED: ReadonlySet<string> = new Set(['$schema', 'maxLength', 'minLength']);

function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, own]) => !DROPPED.has(key) && !(key === 'additionalProperties' && own !== false),
  );
  return Object.fromEntries(kept.map(([key, own]) => [key, trimmed(own)]));
}
