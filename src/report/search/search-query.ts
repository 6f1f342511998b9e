import type { SnapshotEntry } from '../../contract/snapshot.ts';
import { ROLE_TABLE, ROLES } from '../../workflow/roles.ts';
import { unreachable } from '../../unreachable.ts';
import { dashed } from './dashed.ts';

/** One part of what is typed into the search box. `is` with `not` and the value `entry` leaves nothing out. */
export interface Term {
  readonly kind: 'word' | 'col' | 'state' | 'agent' | 'role' | 'prio' | 'tag' | 'is';
  /** Lower case. */
  readonly value: string;
  readonly not: boolean;
}

export type Query = readonly Term[];

const KINDS: Readonly<Record<string, Term['kind']>> = {
  col: 'col',
  column: 'col',
  state: 'state',
  agent: 'agent',
  role: 'role',
  prio: 'prio',
  priority: 'prio',
  tag: 'tag',
  is: 'is',
};

/** What `is:` knows; `-blocked` is short for `-is:blocked`. */
const IS: Readonly<Record<string, (entry: SnapshotEntry) => boolean>> = {
  blocked: ({ on, depends }) => on.length > 0 || depends.some(({ state }) => state !== 'landed'),
  running: ({ run }) => run !== null,
  parked: ({ state }) => state === 'parked',
  note: ({ id }) => id === null,
};

/**
 * What was typed, as terms that must all fit: words, `"words with spaces"`, `col:` `state:` `agent:` `role:` `prio:` `tag:`
 * `is:`,
 * each with `-` before it for its opposite.
 */
export function parseQuery(text: string): Query {
  return [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi)].flatMap(
    ([whole, minus, key, quoted, plain]) => {
      const not = minus === '-';
      const value = (quoted ?? plain ?? '').toLowerCase();
      if (value === '' || value === '-') return [];
      const kind = key === undefined ? undefined : KINDS[key.toLowerCase()];
      if (kind !== undefined) return [{ kind, value, not }];
      // `http://…` and other words with a colon.
      if (key !== undefined) return [{ kind: 'word', value: whole.slice(not ? 1 : 0).toLowerCase(), not } as const];
      return not && value in IS ? [{ kind: 'is', value, not } as const] : [{ kind: 'word', value, not } as const];
    },
  );
}

/** What words are looked for in, lower case. */
export const haystackOf = ({ id, title, why, tags, parked, agent, run }: SnapshotEntry): string =>
  [id, title, why, ...tags, parked, agent, run?.agent, run?.last].join('\n').toLowerCase();

/** Does an entry fit? @param haystack of the same entry */
export const fits = (query: Query, entry: SnapshotEntry, haystack: string): boolean =>
  query.every((term) => fitsTerm(term, entry, haystack) !== term.not);

function fitsTerm({ kind, value }: Term, entry: SnapshotEntry, haystack: string): boolean {
  switch (kind) {
    case 'word':
      return haystack.includes(value);
    case 'col':
      return dashed(entry.column).startsWith(dashed(value));
    case 'state':
      return entry.state.startsWith(STATE_NAMES[value] ?? dashed(value));
    case 'agent':
      return (entry.run?.agent ?? entry.agent ?? '').toLowerCase().startsWith(value);
    case 'role':
      return roleOf(entry).startsWith(value);
    case 'prio':
      return `p${entry.priority}` === `p${value.replace(/^p/, '')}`;
    case 'tag':
      return entry.tags.some((tag) => tag.toLowerCase().startsWith(value));
    case 'is':
      return IS[value]?.(entry) ?? false;
    default:
      return unreachable(kind);
  }
}

/** The role that works on an entry, or comes next for it: what stands in TODO is picked for the first one. */
export const roleOf = ({ run, column }: Pick<SnapshotEntry, 'run' | 'column'>): string =>
  run?.role ?? ROLES.find((role) => ROLE_TABLE[role].column === column) ?? ROLES[0] ?? '';

/** The query with another choice for a key; '' takes the key out. */
export function withChoice(text: string, key: string, value: string): string {
  const others = text.split(/\s+/).filter((part) => part !== '' && !part.toLowerCase().startsWith(`${key}:`));
  return [...others, ...(value === '' ? [] : [`${key}:${value}`])].join(' ');
}

/** What the board calls a state, where that is not its name. */
const STATE_NAMES: Readonly<Record<string, string>> = {
  'needs-you': 'needs-person',
  needs: 'needs-person',
  edited: 'being-edited',
  provider: 'waits-for-provider',
  moves: 'running',
};
