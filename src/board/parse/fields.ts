import ms from 'ms';

import { STAGES, type Stage } from '../entry.ts';
import type { Grammar } from './heading.ts';
import { nearestOf } from '../nearest.ts';
import * as messages from './messages.ts';

/** One `key: value` item as it stands. Offsets count from the section's start. */
export interface FieldItem {
  readonly key: string;
  readonly value: string;
  /** From the bullet to the end of the value. */
  readonly start: number;
  readonly end: number;
}

/** What an entry's fields mean. A value that can't be read counts as none and is listed in `unreadable`. */
export interface FieldValues {
  readonly depends: readonly string[];
  readonly files: readonly string[];
  readonly priority: number;
  readonly timeout: number | null;
  readonly approve: 'never' | 'start' | 'land' | null;
  readonly attempts: Readonly<Partial<Record<Stage, number>>>;
  readonly reviewed: string | null;
  readonly tested: string | null;
  readonly changelog: string | null;
  readonly feedback: string | null;
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  readonly item: FieldItem;
  readonly message: string;
  readonly fix: string;
}

/** Keys that mean something to the coordinator, after synonyms. */
export const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'depends',
  'files',
  'priority',
  'agent',
  'model',
  'timeout',
  'approve',
  'attempts',
  'reviewed',
  'tested',
  'changelog',
  'feedback',
]);

/** Keys that say what an entry needs or may touch, and by what other words people name them. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  depends: [
    'depends on',
    'depend on',
    'depend',
    'dependency',
    'dependancy',
    'dependancies',
    'dependencies on',
    'dependson',
    'deps',
    'dep',
  ],
  priority: ['prio', 'prio.', 'prioritiy', 'importance'],
  files: ['file', 'filepaths', 'file paths', 'paths'],
  timeout: ['time out', 'time limit', 'timelimit'],
  approve: ['approval', 'needs approval', 'requires approval'],
};
/** Words that mean a dependency if a task id follows. */
const BLOCKERS = new Set([
  'blocked by',
  'blocked on',
  'blockedby',
  'blocker',
  'blockers',
  'requires',
  'needs',
  'after',
  'wait for',
  'waits for',
  'waiting for',
  'follows',
  'prerequisite',
  'prerequisites',
]);
/** Words of their own that are nearly a key. */
const OTHERS = new Set([
  'mode',
  'title',
  'filed',
  'field',
  'fields',
  'profile',
  'approved',
  'approver',
  'agents',
  'tiles',
  'urgent',
]);

/** The key that was probably meant by another word; null: it is a word of its own, or the key itself. */
export function meantKey(written: string, value: string, grammar: Grammar): string | null {
  const key = written.trim().toLowerCase();
  const words = key.replaceAll(/[\s_-]+/g, ' ');
  if (KNOWN_KEYS.has(fieldKey(key)) || OTHERS.has(key)) return null;
  for (const [meant, others] of Object.entries(MEANT)) if (others.includes(words)) return meant;
  if (BLOCKERS.has(words)) return value.split(/[^\w-]+/).some((word) => grammar.isId(word)) ? 'depends' : null;
  if (/[ .]/.test(words) || key.length < 4) return null;
  return nearestOf(key, ['depends', 'dependencies', 'files', 'priority', 'timeout', 'approve', 'agent', 'model']);
}

/** Lower case, spaces out, `dependencies` is `depends`. */
export function fieldKey(written: string): string {
  const key = written.trim().toLowerCase();
  return key === 'dependencies' ? 'depends' : key;
}

/** Interprets a field list. Of several items with one key the first counts; `depends` and `files` add up. */
export function readFields(items: readonly FieldItem[], grammar: Grammar): FieldValues {
  const unreadable: Unreadable[] = [];
  const one = <T>(key: keyof typeof messages.WRITE_FIELD, none: T, read: (value: string) => T | undefined): T => {
    const item = items.find((each) => each.key === key && each.value !== '');
    if (!item) return none;
    const value = read(unquoted(item.value));
    if (value !== undefined) return value;
    unreadable.push({ item, message: messages.unreadableField(key, item.value), fix: messages.WRITE_FIELD[key] });
    return none;
  };
  const text = (key: string) => items.find((item) => item.key === key && item.value !== '')?.value ?? null;
  const sha = (key: string) => (text(key) === null ? null : unquoted(text(key)!));
  return {
    depends: dependencies(items, grammar, unreadable),
    files: items.filter((item) => item.key === 'files').flatMap((item) => globs(item.value)),
    priority: one('priority', 2, priority),
    timeout: one<number | null>('timeout', null, duration),
    approve: one<FieldValues['approve']>('approve', null, approve),
    attempts: one<FieldValues['attempts']>('attempts', {}, attempts),
    reviewed: sha('reviewed'),
    tested: sha('tested'),
    changelog: text('changelog'),
    feedback: text('feedback'),
    unreadable,
  };
}

const unquoted = (value: string): string => value.replace(/[`*"']/g, '').trim();

function dependencies(items: readonly FieldItem[], grammar: Grammar, unreadable: Unreadable[]): string[] {
  const ids: string[] = [];
  for (const item of items) {
    if (item.key !== 'depends') continue;
    const value = unquoted(item.value.replace(/\]\([^)]*\)/g, ']'))
      .replace(/[[\]]/g, ' ')
      .trim();
    if (/^(?:none|-|–|n\/a|)$/i.test(value)) continue;
    for (const word of value.split(/[\s,;]+/)) {
      if (word === '' || ids.includes(word)) continue;
      if (grammar.isId(word)) ids.push(word);
      else
        unreadable.push({
          item,
          message: messages.notATaskId(word),
          fix: messages.WRITE_TASK_IDS,
        });
    }
  }
  return ids;
}

/** The globs of a field `files`. Commas and spaces separate them, but not inside braces, quotes or backticks. */
export function globs(value: string): string[] {
  const found = value.match(/`[^`]+`|"[^"]+"|(?:\{[^}]*\}|[^\s,{])+/g) ?? [];
  return found.map((one) => one.replace(/^[`"]|[`"]$/g, '')).filter((one) => one !== '');
}

/** A glob as it is written in a field `files`, quoted where it must be; null: it cannot be written there. */
export function writtenGlob(glob: string): string | null {
  const ways = [glob, `"${glob}"`, `\`${glob}\``];
  const isRead = (way: string): boolean => {
    const read = globs(way);
    return read.length === 1 && read[0] === glob;
  };
  return /[\r\n]/.test(glob) || glob.trim() !== glob ? null : (ways.find(isRead) ?? null);
}

const PRIORITIES: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

function priority(value: string): number | undefined {
  const digit = /^p?([0-4])$/i.exec(value)?.[1];
  if (digit !== undefined) return Number(digit);
  const word = value.toLowerCase();
  return Object.hasOwn(PRIORITIES, word) ? PRIORITIES[word] : undefined;
}

const LONGEST = 2 ** 31 - 1;

function duration(value: string): number | undefined {
  if (!/^[\d.]+\s*[a-z]+$/i.test(value)) return undefined;
  const found: unknown = ms(value as ms.StringValue);
  return typeof found === 'number' && found > 0 && found <= LONGEST ? Math.round(found) : undefined;
}

function approve(value: string): 'never' | 'start' | 'land' | undefined {
  const word = value.toLowerCase();
  return word === 'never' || word === 'start' || word === 'land' ? word : undefined;
}

function attempts(value: string): Partial<Record<Stage, number>> | undefined {
  const counts: Partial<Record<Stage, number>> = {};
  for (const part of value.split(',')) {
    const match = /^\s*([a-z]+)\s+(\d{1,4})\s*$/i.exec(part);
    const stage = STAGES.find((one) => one === match?.[1]?.toLowerCase());
    if (!match || stage === undefined) return undefined;
    counts[stage] = Number(match[2]);
  }
  return counts;
}
