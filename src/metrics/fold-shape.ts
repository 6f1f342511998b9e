import { COLUMNS } from '../board/entry.ts';
import {
  amount,
  flag,
  guard,
  list,
  nullOr,
  object,
  oneOf,
  optional,
  sha,
  text,
  type Shape,
} from '../contract/shape.ts';
import { ROLES } from '../workflow/roles.ts';
import type { FoldState } from './rows.ts';

/** A fold that has read at least one commit. */
export interface KeptFold extends FoldState {
  at: string;
}

const MOST_ROWS = 10_000_000;
/** Epoch seconds. */
const at: Shape = amount;
const amounts = (names: readonly string[]): Shape =>
  object(Object.fromEntries(names.map((name) => [name, optional(amount)])));

const counted = {
  ...{ start: nullOr(at), columns: amounts(COLUMNS), runs: amount, reviews: amount, changes: amount },
  ...{ failures: amount, stuck: flag, cost: nullOr(amount), tokens: nullOr(amount), roles: amounts(ROLES) },
};
const open = object({ ...counted, column: nullOr(text(100)), since: nullOr(at), tested: nullOr(at) });
const ended = object({
  ...{
    ...counted,
    id: text(4096),
    how: oneOf('landed', 'by-hand', 'abandoned'),
    title: nullOr(text()),
    at,
    undone: nullOr(at),
  },
  waited: nullOr(amount),
  estimate: nullOr(amount),
});
const run = object({
  ...{
    at,
    id: text(4096),
    role: oneOf(...ROLES),
    agent: text(),
    cause: text(),
    ok: flag,
    again: flag,
    seconds: nullOr(amount),
  },
  ...{ waited: nullOr(amount), cost: nullOr(amount), tokens: nullOr(amount) },
});
const byId: Shape = (value) => object({})(value) && Object.values(value as object).every((entry) => open(entry));

/** Is it a fold as this version writes it? */
export const isKeptFold = guard<KeptFold>(
  object({
    ...{ version: oneOf(5), at: sha, first: nullOr(at), last: nullOr(at), commits: amount, open: byId },
    ...{ entries: list(ended, MOST_ROWS), runs: list(run, MOST_ROWS) },
    escalated: list(object({ id: text(4096), at }), MOST_ROWS),
  }),
);
