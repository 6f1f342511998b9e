import * as z from 'zod';
import { LONGEST, parseDuration } from './duration.ts';
import * as messages from './messages.ts';

// Settings are read once a change: compiling a reader for them takes longer than that.
z.config({ jitless: true });

export const text = z.string().meta({ expects: 'text', kind: 'text' });

export const flag = z.boolean().meta({ expects: '`true` or `false`' });

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values).meta({
    expects: values
      .map((value) => `\`${value}\``)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1'),
  });

/** A duration, at least `least`; in Settings it is milliseconds. */
export const duration = (least: '0s' | '1s' | '100ms') =>
  z
    .union([z.string(), z.literal(0)])
    .transform((written, ctx) => {
      const value = parseDuration(String(written));
      if (value !== null && value >= (parseDuration(least) ?? 0) && value <= LONGEST) return value;
      ctx.addIssue({ code: 'custom', message: value === null ? '' : messages.mustBeAtLeast(least) });
      return z.NEVER;
    })
    .meta({ expects: 'a duration such as `300ms`, `5s`, `15m` or `1h30m`', kind: 'duration' });

/** One key: its type, its default as people would write it, and what it says. */
export function setting<S extends z.ZodType>(schema: S, written: z.input<S>, description: string): z.ZodPrefault<S> {
  return z.prefault(schema, written as Exclude<z.input<S>, undefined>).meta({ description });
}

/** Keys that belong together; left out, each has its own default. */
export function group<S extends z.ZodRawShape>(shape: S, description: string) {
  const object = z.strictObject(shape).meta({ expects: 'a map of keys' });
  return z.prefault(object, {} as z.input<typeof object>).meta({ description });
}
