import type { HoldReason } from '../../contract/hold.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Action } from '../../pipeline/action.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import { markTaken } from '../../runs/run-store.ts';
import { type RunRecord } from '../../runs/list-runs.ts';
import { unreachable } from '../../unreachable.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import { reply } from './answer-request.ts';
import type { BoardWriter, Written } from './board-writer.ts';
import type { Branches } from './branches.ts';

/**
 * `done`: it changed something. `later`: it was not tried, because another process works there for a moment. `failed`: it
 * can't be done as things are. `stale`: the world has changed; look again (`edited`: the user has just saved this file).
 */
export type Performed =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly why: string; readonly reason?: HoldReason }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly reason?: HoldReason;
      readonly fix?: string;
      readonly lasting?: boolean;
    }
  | { readonly kind: 'stale'; readonly edited?: string | undefined };

/** Starts runs: `launch/run-launcher.ts`. */
export interface RunStarter {
  start(action: ActionOf<'start-run'>, observation: Observation, base: string): void;
}

export interface PerformDeps {
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
  /** null: no run can be started (a command without a coordinator). */
  readonly launcher: RunStarter | null;
  readonly branches: Branches;
  /** Where commands wait for answers. */
  readonly mailbox: string;
  readonly emit: (event: KanbanEvent) => void;
}

export type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;

export const DONE: Performed = { kind: 'done' };

/** What a write that was not done means for the loop; null = it was done. A refused edit of a command is answered: it is not tried again. */
export function unwritten(written: Written, deps: PerformDeps, request: string | null): Performed | null {
  switch (written.kind) {
    case 'done':
      return null;
    case 'later':
    case 'failed':
    case 'stale':
      return written;
    case 'refused': {
      const { message, fix } = written.problem;
      if (request === null)
        return { kind: 'failed', why: message, lasting: true, ...(fix === undefined ? {} : { fix }) };
      deps.emit({ type: 'problem-found', problem: written.problem });
      reply(deps.mailbox, request, { ok: false, message });
      return DONE;
    }
    default:
      return unreachable(written);
  }
}

/** A commit of base records the run's result: the run is not read again. */
export function markRecorded(run: string, commit: string, why: string, deps: PerformDeps): void {
  const record = recordOf(deps, run);
  if (record !== undefined) markTaken(record.folder, { at: Date.now(), commit, why });
}

export const recordOf = ({ observation }: PerformDeps, run: string): RunRecord | undefined =>
  observation.runs.find(({ runId }) => runId === run);

export const factsOf = ({ observation }: PerformDeps, key: string): EntryFacts | undefined =>
  observation.world.entries.find(({ entry }) => entry.key === key);
