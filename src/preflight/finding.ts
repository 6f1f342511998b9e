import type { Place, Problem } from '../problem.ts';
import type { PreflightFacts } from './facts.ts';

/** `stops`: nothing starts or moves. `holds`: what it concerns waits. `fixed`: kanban fixed it already. `info`: good to know. */
export type Level = 'stops' | 'holds' | 'fixed' | 'info';

export interface Finding {
  /** Id of the check. */
  readonly check: string;
  /** Of a problem in a file: its own name, such as `duplicate-task-id`. */
  readonly code?: string;
  readonly level: Level;
  readonly message: string;
  /** How to fix it; a command to copy where there is one. */
  readonly fix?: string;
  readonly where?: Place;
  readonly holds?: {
    /** Task ids, or keys of entries without one. */
    readonly entries?: readonly string[];
    readonly agents?: readonly string[];
    readonly landings?: true;
  };
}

export type Found = Omit<Finding, 'check'>;

/** One thing that is looked at. */
export interface Check {
  /** Stable, readable. */
  readonly id: string;
  /** What is well when nothing is found. */
  readonly title: string;
  readonly why: string;
  /** What it finds keeps landings from being pushed, and nothing else: the queue builds and checks all the same. */
  readonly asked?: 'before-push';
  run(facts: PreflightFacts): readonly Found[];
}

/** What a problem of a file does: it holds its entries, or everything; a warning does neither. */
export const levelOf = ({ warning, holds = [] }: Pick<Problem, 'warning' | 'holds'>): Level =>
  warning === true ? 'info' : holds.length > 0 ? 'holds' : 'stops';

/** The word for a level, the same in every command. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  stops: 'stops',
  holds: 'holds',
  fixed: 'fixed',
  info: 'note',
};

/** A problem of a file as a finding. */
export function fromProblem(problem: Problem, level: Level): Found {
  return {
    level,
    code: problem.code,
    message: problem.message,
    ...(problem.fix ? { fix: problem.fix } : {}),
    ...(problem.where ? { where: problem.where } : {}),
    ...(problem.holds && problem.holds.length > 0 ? { holds: { entries: problem.holds } } : {}),
  };
}
