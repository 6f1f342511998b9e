import * as z from 'zod';
import type { EnvSetting } from './settings.ts';
import * as messages from './messages.ts';

/** Values that several settings share. `expects` completes the sentence "… must be …". */

/** A name: of a branch, an agent, a role. */
export const name = z.string().min(1).meta({ expects: 'a name', kind: 'text' });

/** A whole number, at least `least`. */
export const whole = (least: number) =>
  z
    .int()
    .min(least)
    .meta({ expects: `a whole number from ${least}` });

export const wholeOrNone = z
  .union([z.int().min(1), z.literal('none'), z.null()])
  .transform((value) => (value === 'none' ? null : value))
  .meta({ expects: 'a whole number from 1, or `none`' });

/** A positive amount; 0 would stop everything, and is rather a slip. */
export const amountOrNone = z
  .union([z.number().positive(), z.literal('none'), z.null()])
  .transform((value) => (value === 'none' ? null : value))
  .meta({ expects: 'a number above 0, or `none`' });

export const orNone = z
  .union([z.string(), z.null()])
  .transform((value) => (value === 'none' || value === '' ? null : value))
  .meta({ expects: 'text, or `none`', kind: 'text' });

/** A folder: `/` between its parts, none at the end. */
export const folder = z
  .string()
  .min(1)
  .transform((path) =>
    path
      .replaceAll('\\', '/')
      .replace(/^(\.\/+)+(?=.)/, '')
      .replace(/(?<=.)\/+$/, ''),
  )
  .meta({ expects: 'the path of a folder', kind: 'text' });

const word = z.union([z.string(), z.int()]).transform(String);

/** A list of texts; one text alone is a list of one. */
export function settingList(of: 'text' | 'glob' | 'id') {
  const item = word.meta({
    expects: of === 'text' ? 'text' : `text (a ${of === 'id' ? 'prefix of ids' : of})`,
    kind: 'text',
  });
  const list = of === 'id' ? z.array(item).min(1) : z.array(item);
  return z
    .preprocess((value: string | readonly string[]) => (Array.isArray(value) || isMap(value) ? value : [value]), list)
    .meta({
      expects: of === 'id' ? 'a prefix of ids such as `T`, or a list of them' : `a list of ${of}s`,
    });
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** A program: a list, or words without quoting. */
export const words = z
  .union([word, z.array(word)])
  .transform((written, ctx) => {
    if (Array.isArray(written)) return written;
    if (!/["'`$\\|&;<>*?()]/.test(written)) return written.split(/\s+/).filter((part) => part !== '');
    ctx.addIssue({
      code: 'custom',
      message: messages.NOT_A_COMMAND_LINE,
    });
    return z.NEVER;
  })
  .meta({ expects: 'a program and its arguments, as a list' });

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `[A, B]`, `{A: value}`, or a list of both: `[A, {B: value}]`. */
export const envSetting = z
  .unknown()
  .transform((written, ctx): EnvSetting => {
    const pass: string[] = [];
    const set: Record<string, string> = {};
    const wrong = (message: string, path: (string | number)[] = []): void => {
      ctx.addIssue({ code: 'custom', message, path });
    };
    const take = (item: unknown, path: (string | number)[]): void => {
      if (typeof item === 'string') {
        if (NAME.test(item)) pass.push(item);
        else wrong(item.includes('=') ? messages.SET_BY_COLON : messages.notAVariable(item), path);
      } else if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
        for (const [key, value] of Object.entries(item)) readOne(key, value, [...path, key]);
      } else wrong('', path);
    };
    const readOne = (key: string, value: unknown, path: (string | number)[]): void => {
      if (!NAME.test(key)) wrong(messages.notAVariable(key), path);
      else if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value))
        set[key] = String(value);
      else if (value === undefined || value === null) set[key] = '';
      // 1.10 would arrive as 1.1.
      else wrong(typeof value === 'number' ? messages.MUST_BE_QUOTED : messages.MUST_BE_TEXT, path);
    };
    if (Array.isArray(written)) written.forEach((item, index) => take(item, [index]));
    else if (typeof written === 'string') take(written, []);
    else take(written, []);
    return { pass, set };
  })
  .meta({ expects: 'a list `[NAME]` or a map `{NAME: value}`' });
