import { isAgentOnHold, reasonText, RESUME_AGENTS } from '../report/reason.ts';
import type { Decision, Note } from '../pipeline/action.ts';
import { pickOf, reasonOf as failureReason, type FailedAction } from '../pipeline/failures.ts';
import type { Problem } from '../problem.ts';
import * as messages from './messages.ts';
import type { Observation } from './observe/observation.ts';

/** How a coordinator ended: the exit code (docs/commands.md lists them), and what is printed. */
export interface ExitOutcome {
  readonly code: 0 | 1 | 2 | 3 | 4 | 130;
  readonly problems: readonly Problem[];
  /** One line for each entry that is left, with the reason. */
  readonly lines: readonly string[];
}

const PREFLIGHTS: ReadonlySet<string> = new Set(['base-missing', 'no-commits', 'not-set-up']);

/**
 * The exit code where a look fails as a whole: settings that can't be read are a usage error, a missing base is preflight's,
 * one that a run has moved is for the user to move back.
 */
export function codeOf(problems: readonly Problem[]): 2 | 3 | 4 {
  if (problems.some(({ code }) => code === 'base-moved')) return 4;
  return problems.some(({ code }) => PREFLIGHTS.has(code)) ? 3 : 2;
}

/** `--until-done` has come to rest: 0 if no entry is left to do, else 4 with the reason for each. */
export function outcomeOf(
  { world, board, git }: Observation,
  decision: Decision,
  failed: readonly FailedAction[],
  inMotion: string | null,
): ExitOutcome {
  const titles = new Map(world.entries.map(({ entry }) => [entry.key, entry.title]));
  const left = decision.notes.filter((note) => note.state !== 'parked' && isChosen(note, world.only));
  const open = git.open ?? inMotion;
  const lines = [
    ...(open === null || left.length === 0 ? [] : [open]),
    ...reasonLines(
      left.map((note) => ({
        name: note.id ?? titles.get(note.key) ?? note.key,
        reason: failureOfNote(note, failed) ?? reasonOf(note),
      })),
    ),
    ...failed
      .filter(({ id }) => id === null || !left.some((note) => note.id === id))
      .map((one) => `${one.what}: ${reasonText(failureReason(one))}`),
    ...(left.some(({ reason }) => isAgentOnHold(reason)) ? [RESUME_AGENTS] : []),
  ];
  const problems = [...board.unreadable, ...board.board.problems];
  if (board.unreadable.length > 0) return { code: 2, problems: board.unreadable, lines };
  if (world.stops.length > 0 && left.length > 0)
    return {
      code: world.paused === null ? 3 : 4,
      problems: world.stops.map((message) => ({ code: 'stopped', message })),
      lines,
    };
  const isClear = problems.every(({ warning }) => warning === true);
  return { code: lines.length === 0 && isClear ? 0 : 4, problems, lines };
}

/** A longer reason that differs from some above in nothing but the entry's name is not repeated again and again. */
function reasonLines(left: readonly { readonly name: string; readonly reason: string }[]): string[] {
  const known = new Map<string, { readonly name: string; count: number }>();
  return left.map(({ name, reason }) => {
    const shape = reason.replaceAll(`"${name}"`, '…').replaceAll(name, '…');
    const same = known.get(shape) ?? { name, count: 0 };
    known.set(shape, same);
    same.count += 1;
    const isRepeated = reason.length > LONG_REASON && same.count > MAX_REPEATED;
    return `${name}: ${isRepeated ? messages.asOther(same.name) : reason}`;
  });
}

const LONG_REASON = 60;
const MAX_REPEATED = 3;

function failureOfNote({ id, key }: Note, failed: readonly FailedAction[]): string | undefined {
  const one = failed.find((action) => (id !== null && action.id === id) || action.key === pickOf(key, id).key);
  return one === undefined ? undefined : reasonText(failureReason(one));
}

const isChosen = ({ id }: Note, only: ReadonlySet<string> | null): boolean =>
  only === null || (id !== null && only.has(id));

const reasonOf = ({ reason, state }: Note): string => reasonText(reason) || state;
