/** One line of the memory of checks (`<git common dir>/kanban/checks.jsonl`, JSON lines). Times are epoch ms. */
export type CheckLogLine = CheckedLine | SpentLine | BatchLine;

/** A check has ended. */
export interface CheckedLine {
  readonly type: 'checked';
  /** The check's id. */
  readonly run: string;
  readonly key: string;
  readonly commit: string;
  /** Task ids whose landings the commit held over base. */
  readonly entries: readonly string[];
  /** `trouble`: it could not be carried out; says nothing about the commit. */
  readonly outcome: CheckOutcome;
  readonly detail: string;
  readonly at: number;
  /** Milliseconds that it took. */
  readonly ms: number;
  /** Path of its output, relative to the repository's root. */
  readonly log: string;
}

export type CheckOutcome = 'green' | 'red' | 'error';

/** Reds of these keys no longer count: an entry was sent back because of them, or base was green again. */
export interface SpentLine {
  readonly type: 'spent';
  readonly keys: readonly string[];
  readonly at: number;
}

/** How a whole batch came out, for the size of the next. */
export interface BatchLine {
  readonly type: 'batch';
  readonly outcome: 'green' | 'red';
  readonly size: number;
  readonly at: number;
}

/** What is known of one key. */
export interface KeyOutcomes {
  readonly greens: readonly { readonly at: number }[];
  /** Reds that count: not spent, and none at all once the key was green. */
  readonly reds: readonly { readonly at: number }[];
  /** Troubles since the key was last green or red. */
  readonly troubles: readonly { readonly at: number }[];
  /** The newest red that counts. */
  readonly lastRed: CheckedLine | null;
}

/** A check that was red and then green on the same commit: it, not the commit, is unreliable. */
export interface Flake {
  readonly key: string;
  readonly entries: readonly string[];
  /** When it was green. */
  readonly at: number;
}

/** What the lines come to. */
export interface CheckLog {
  /** Keys that were green. */
  readonly passes: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, KeyOutcomes>;
  /** Oldest first. */
  readonly flakes: readonly Flake[];
  /** The newest 50 checks, newest first. */
  readonly recent: readonly CheckedLine[];
  /** Checks that said something: all that are remembered, but for trouble. */
  readonly count: number;
  /** Oldest first. */
  readonly batches: readonly BatchLine[];
}

/** Folds the lines in the order in which they were written; the clock may have been set back in between. */
export function foldCheckLog(lines: readonly CheckLogLine[]): CheckLog {
  const keys = new Map<string, Memory>();
  const flakes: Flake[] = [];
  const checked = firstOfEach(lines);
  for (const line of lines)
    if (line.type === 'checked') {
      if (checked.has(line)) foldLine(line, keys, flakes);
    } else if (line.type === 'spent')
      for (const key of line.keys) {
        const memory = keys.get(key);
        if (memory) memory.reds = [];
      }
  const outcomes = new Map([...keys].map(([key, memory]) => [key, outcomesOf(memory)] as const));
  return {
    passes: new Set([...outcomes].flatMap(([key, { greens }]) => (greens.length > 0 ? [key] : []))),
    outcomes,
    flakes,
    recent: [...checked].slice(-RECENT).reverse(),
    count: [...checked].filter(({ outcome }) => outcome !== 'error').length,
    batches: lines.filter((line) => line.type === 'batch'),
  };
}

const RECENT = 50;

/** A coordinator that is killed right after it has written a result writes it again: one check is never two reds. */
function firstOfEach(lines: readonly CheckLogLine[]): Set<CheckedLine> {
  const byRun = new Map<string, CheckedLine>();
  for (const line of lines) if (line.type === 'checked' && !byRun.has(line.run)) byRun.set(line.run, line);
  return new Set(byRun.values());
}

/** The lines of a text; what isn't a whole line of the known forms (torn by a kill, of a later version) is left out. */
export function parseCheckLog(text: string): CheckLogLine[] {
  return text.split('\n').flatMap((line) => {
    const value = withCurrentNames(parse(line));
    return value !== null && isLine(value) ? [value] : [];
  });
}

interface Memory {
  greens: CheckedLine[];
  reds: CheckedLine[];
  troubles: CheckedLine[];
  /** Commits whose last outcome was red, spent or not. */
  readonly redOn: Set<string>;
}

function foldLine(line: CheckedLine, keys: Map<string, Memory>, flakes: Flake[]): void {
  const memory = keys.get(line.key) ?? { greens: [], reds: [], troubles: [], redOn: new Set<string>() };
  keys.set(line.key, memory);
  if (line.outcome === 'error') {
    memory.troubles.push(line);
    return;
  }
  memory.troubles = [];
  if (line.outcome === 'red') {
    memory.reds.push(line);
    memory.redOn.add(line.commit);
    return;
  }
  memory.greens.push(line);
  if (memory.redOn.delete(line.commit)) flakes.push({ key: line.key, entries: line.entries, at: line.at });
}

function outcomesOf({ greens, reds, troubles }: Memory): KeyOutcomes {
  const counting = greens.length > 0 ? [] : reds;
  const times = (lines: readonly CheckedLine[]): { at: number }[] => lines.map(({ at }) => ({ at }));
  return {
    greens: times(greens),
    reds: times(counting),
    troubles: times(troubles),
    lastRed: counting.at(-1) ?? null,
  };
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Earlier versions wrote `trouble` for `error`. */
const withCurrentNames = (value: Record<string, unknown> | null): Record<string, unknown> | null =>
  value?.['outcome'] === 'trouble' ? { ...value, outcome: 'error' } : value;

function isLine(value: Record<string, unknown>): value is Record<string, unknown> & CheckLogLine {
  if (typeof value['at'] !== 'number') return false;
  switch (value['type']) {
    case 'checked':
      return (
        ['run', 'key', 'commit', 'detail', 'log'].every((name) => typeof value[name] === 'string') &&
        ['green', 'red', 'error'].includes(String(value['outcome'])) &&
        typeof value['ms'] === 'number' &&
        isStrings(value['entries'])
      );
    case 'spent':
      return isStrings(value['keys']);
    case 'batch':
      return ['green', 'red'].includes(String(value['outcome'])) && typeof value['size'] === 'number';
    default:
      return false;
  }
}

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
