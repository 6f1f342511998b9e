import * as z from 'zod';
import { schema } from './schema.ts';

/** What a key's schema tells besides its type. */
export interface KeyFacts {
  readonly path: string;
  /** Completes "must be …". */
  readonly expects: string;
  readonly description: string;
  /** As people would write it; undefined: it must be given. */
  readonly written: unknown;
  /** It has keys of its own. */
  readonly group: boolean;
}

/** What a value at a place must be. */
export interface Expected {
  /** As text. */
  readonly text: string;
  /** What a fix depends on. */
  readonly kind: 'text' | 'duration' | 'secret' | 'other';
}

/** What a value at this place must be; that of the nearest setting around it. */
export function expects(path: readonly (string | number)[]): Expected {
  let here: z.core.$ZodType = schema;
  let expected: Expected = { text: 'a map of keys', kind: 'other' };
  for (const step of path) {
    const next = stepInto(here, step);
    if (!next) break;
    here = next;
    const text = meta(here, 'expects');
    if (text !== undefined) expected = { text, kind: kindOf(meta(here, 'kind')) };
  }
  return expected;
}

const kindOf = (kind: string | undefined): Expected['kind'] =>
  kind === 'text' || kind === 'duration' || kind === 'secret' ? kind : 'other';

/** The keys that are known at this place. */
export function keysAt(path: readonly (string | number)[]): readonly string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const step of path) here = here && stepInto(here, step);
  const inner = here && unwrap(here);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** Every setting, depth first, in the order of the schema; names that people choose are `<name>`, items of lists `[]`. */
export function allKeys(from: z.core.$ZodType = schema, path = ''): readonly KeyFacts[] {
  const inner = unwrap(from);
  const below: readonly (readonly [string, z.core.$ZodType])[] = childrenOf(inner, path);
  return below.flatMap(([name, child]) => {
    const nested = allKeys(child, name);
    const facts = {
      path: name,
      expects: meta(child, 'expects') ?? '',
      description: meta(child, 'description') ?? '',
      written: writtenOf(child),
      group: nested.length > 0,
    };
    return meta(child, 'description') === undefined ? nested : [facts, ...nested];
  });
}

function childrenOf(inner: z.core.$ZodType, path: string): readonly (readonly [string, z.core.$ZodType])[] {
  const dot = path === '' ? '' : `${path}.`;
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape as z.core.$ZodShape).map(([key, child]) => [dot + key, child] as const);
  if (inner instanceof z.ZodRecord) return [[`${dot}<name>`, inner.valueType]];
  return inner instanceof z.ZodArray ? [[`${path}[]`, inner.element]] : [];
}

function stepInto(from: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const inner = unwrap(from);
  if (inner instanceof z.ZodObject) return (inner.shape as z.core.$ZodShape)[String(step)];
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return inner instanceof z.ZodArray ? inner.element : undefined;
}

function unwrap(from: z.core.$ZodType): z.core.$ZodType {
  if (from instanceof z.ZodPrefault) return unwrap(from.def.innerType);
  // preprocess: what is written is the outcome's input.
  return from instanceof z.ZodPipe && from.in instanceof z.ZodTransform ? unwrap(from.out) : from;
}

/** `expects` stands at the value's schema, `description` at the key's. */
function meta(of: z.core.$ZodType, what: 'expects' | 'description' | 'kind'): string | undefined {
  const value = z.globalRegistry.get(of)?.[what];
  if (typeof value === 'string') return value;
  return what !== 'description' && of instanceof z.ZodPrefault ? meta(of.def.innerType, what) : undefined;
}

const writtenOf = (of: z.core.$ZodType): unknown => (of instanceof z.ZodPrefault ? of.def.defaultValue : undefined);
