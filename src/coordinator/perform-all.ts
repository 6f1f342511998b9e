import type { Action, Decision } from '../pipeline/action.ts';
import { identitiesOf, type Identity } from '../pipeline/failures.ts';
import type { LockProof } from '../system/lock.ts';
import type { Members } from './members.ts';
import type { Observation } from './observe/observation.ts';
import { Attempts } from './attempts.ts';
import { BoardWriter } from './perform/board-writer.ts';
import type { Performed } from './perform/performed.ts';

const PREFLIGHT: Identity = { key: 'preflight', id: null, what: 'preflight' };
const BOARD: Identity = { key: 'board', id: null, what: 'the board' };

interface Tick {
  readonly observation: Observation;
  readonly writer: BoardWriter;
  /** Base may be moved. */
  readonly mayMove: boolean;
}

/** What a tick does after its decision: preflight → bring base up → actions → merge queue → saves from old buffers. */
export class TickActions {
  readonly #members: Members;
  readonly #attempts: Attempts;
  /** A landing was put off to the next tick. */
  #isDeferred = false;

  constructor(members: Members) {
    this.#members = members;
    this.#attempts = new Attempts(members);
  }

  /** Does what was decided, as far as it can be done now. @returns how many actions changed something. */
  async perform(observation: Observation, decision: Decision, lock: LockProof): Promise<number> {
    const { observer, publisher, failures, baseBranch, control } = this.#members;
    const actions = landingsLast(decision.actions);
    const writer = new BoardWriter(observer, observation, publisher.emit, lock);
    if (!observation.inMotion) await writer.keepLost();
    for (const identity of [...actions.flatMap(identitiesOf), ...decision.postponed])
      failures.mayTry(identity, Date.now());
    if (await this.#isPreflightChanged(actions, observation)) return 1;
    const tick = { observation, writer, mayMove: observation.git.open === null && !observation.inMotion };
    if (
      tick.mayMove &&
      control.mode !== 'stop' &&
      (await baseBranch.bringUp({ observer, observation, writer })) !== null
    )
      return 1;
    const { done, isOver } = await this.#performActions(actions, tick);
    if (isOver) return done;
    const isTurned = await this.#turnEmptyQueue(actions, tick);
    const isWritten = tick.mayMove && !baseBranch.isFrozen && (await this.#writeOldBuffers(tick));
    failures.follow(Date.now());
    return done + Number(isTurned) + Number(isWritten);
  }

  /** With nothing to land, the queue ends what it has begun, and pushes what is owed. @returns whether it changed something */
  async #turnEmptyQueue(actions: readonly Action[], { observation, writer, mayMove }: Tick): Promise<boolean> {
    if (!mayMove) {
      if (this.#members.control.mode === 'stop') this.#members.baseBranch.queue.idle(true);
      return false;
    }
    if (actions.some(({ type }) => type === 'land-entries')) return false;
    const { kind } = await this.#attempts.turnQueue(null, observation, writer);
    return kind === 'done' || kind === 'stale';
  }

  /** @returns `isOver`: the rest is left to the next tick */
  async #performActions(actions: readonly Action[], tick: Tick): Promise<{ done: number; isOver: boolean }> {
    const { failures } = this.#members;
    const { observation, writer } = tick;
    let done = 0;
    for (const action of actions) {
      if (isLanding(action)) {
        // What was moved in this tick has runs to start: they go first, but no landing waits twice.
        this.#isDeferred = writer.base !== observation.git.base && !this.#isDeferred;
        if (this.#isDeferred) return { done, isOver: true };
      }
      // Another try of what continues beside the tick changes nothing yet.
      const isRetry = identitiesOf(action).some(({ key }) => failures.has(key));
      const performed = await this.#performOne(action, tick);
      if (performed?.kind === 'done' && !(isRetry && isBeside(action))) done += 1;
      if (performed?.kind === 'stale') return { done: done + 1, isOver: true };
    }
    return { done, isOver: false };
  }

  /** @returns null when it is left for later, for base must not be moved now. */
  async #performOne(action: Action, { observation, writer }: Tick): Promise<Performed | null> {
    const { control, baseBranch } = this.#members;
    if (observation.git.open !== null && action.type !== 'stop-run') return null;
    if (observation.inMotion && (action.type !== 'stop-run' || control.mode !== 'stop')) return null;
    if (action.type === 'land-entries') return this.#attempts.turnQueue(action.entries, observation, writer);
    if (baseBranch.isFrozen && action.type !== 'stop-run' && action.type !== 'start-run') return null;
    return this.#attempts.attempt(action, observation, writer);
  }

  /** Before anything starts or lands, preflight looks again. @returns whether its findings have changed: then everything is looked at again */
  async #isPreflightChanged(actions: readonly Action[], observation: Observation): Promise<boolean> {
    const { preflight, failures } = this.#members;
    const isStart = actions.some(
      (action) => action.type === 'start-run' || action.type === 'pick-entries' || action.type === 'land-entries',
    );
    const now = Date.now();
    if ((!isStart && !preflight.isHolding) || !failures.mayTry(PREFLIGHT, now)) return false;
    const changed = await preflight.quick(observation);
    if (changed) failures.hadNoEffect(PREFLIGHT, observation.git.base, now);
    else failures.recordDone(PREFLIGHT);
    return changed;
  }

  /** A save from an old buffer was read: what it means is written. @returns whether base has moved */
  async #writeOldBuffers({ observation, writer }: Tick): Promise<boolean> {
    const { failures } = this.#members;
    const unwritten = writer.needsWriting();
    if (unwritten.length === 0 || !failures.mayTry(BOARD, Date.now())) return false;
    const written = await writer.commitEdits(unwritten);
    this.#attempts.record(
      [BOARD],
      written.kind === 'refused' ? { kind: 'failed', why: written.problem.message } : written,
      writer.base,
    );
    return written.kind === 'done' && writer.base !== observation.git.base;
  }
}

/**
 * The order of doing: what is decided is not changed, but a landing, which takes longest, goes last, so that runs start
 * meanwhile.
 */
const landingsLast = (actions: readonly Action[]): Action[] => [
  ...actions.filter((action) => !isLanding(action)),
  ...actions.filter(isLanding),
];

const isBeside = ({ type }: Action): boolean => type === 'retire-branch' || type === 'remove-worktree';

const isLanding = ({ type }: Action): boolean => type === 'land-entries' || type === 'land-tested';
