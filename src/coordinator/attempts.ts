import type { Action, Candidate } from '../pipeline/action.ts';
import { cleanUpOf, identitiesOf, postponedBy, type Identity } from '../pipeline/failures.ts';
import { unreachable } from '../unreachable.ts';
import { failureOf } from '../git/failure-of.ts';
import type { Members } from './members.ts';
import type { QueueDeps } from './merge-queue/merge-queue.ts';
import type { Observation } from './observe/observation.ts';
import { mailboxOf } from './perform/answer-request.ts';
import type { BoardWriter } from './perform/board-writer.ts';
import * as messages from './perform/messages.ts';
import { perform } from './perform/perform.ts';
import type { Performed, PerformDeps } from './perform/performed.ts';

const QUEUE: Identity = { key: 'merge queue', id: null, what: messages.MERGE_QUEUE };

type AttemptMembers = Pick<
  Members,
  'repo' | 'observer' | 'launcher' | 'branches' | 'publisher' | 'failures' | 'errors' | 'baseBranch'
>;

/** Tries actions, unless it is too early after their last failure, and keeps how that ended. */
export class Attempts {
  readonly #members: AttemptMembers;

  constructor(members: AttemptMembers) {
    this.#members = members;
  }

  async attempt(action: Action, observation: Observation, writer: BoardWriter): Promise<Performed> {
    const { failures } = this.#members;
    const identities = identitiesOf(action);
    const now = Date.now();
    if (!identities.every((identity) => failures.mayTry(identity, now))) {
      const failed = postponedBy(failures.all, action, now);
      return { kind: 'failed', why: failed?.why ?? messages.FAILED_A_MOMENT_AGO };
    }
    const performed = await this.#contained(identities[0]?.what ?? action.type, () =>
      perform(action, this.#deps(observation, writer)),
    );
    if (performed.kind === 'failed' && action.type === 'pick-entries' && action.picks.length > 1) {
      // One that can't be picked keeps no other from being picked.
      let picked = 0;
      for (const pick of action.picks) {
        const one = await this.attempt({ ...action, picks: [pick] }, observation, writer);
        if (one.kind === 'stale') return one;
        if (one.kind === 'done') picked += 1;
      }
      return picked > 0 ? { kind: 'done' } : performed;
    }
    this.record(identities, performed, writer.base);
    return performed;
  }

  /** A step of the merge queue, which reports by itself what holds its landings. @param entries null: nothing may land now */
  async turnQueue(
    entries: readonly Candidate[] | null,
    observation: Observation,
    writer: BoardWriter,
  ): Promise<Performed> {
    const { failures, baseBranch } = this.#members;
    const now = Date.now();
    if (!failures.mayTry(QUEUE, now)) return { kind: 'later', why: messages.QUEUE_FAILED_A_MOMENT_AGO };
    const deps: QueueDeps = {
      ...this.#deps(observation, writer),
      act: (action) => this.attempt(action, observation, writer),
    };
    const turned = await this.#contained(QUEUE.what, () => baseBranch.turn(entries, deps));
    if (turned.kind === 'failed') failures.failed(QUEUE, { why: turned.why }, now);
    else failures.done(QUEUE);
    return turned;
  }

  record(identities: readonly Identity[], performed: Performed, base: string): void {
    const { failures } = this.#members;
    const now = Date.now();
    for (const identity of identities)
      switch (performed.kind) {
        case 'done':
          // A clean-up has only begun.
          failures.wasDone(identity, base, now, identity.key !== cleanUpOf(identity.id ?? '').key);
          break;
        case 'stale':
          // A user who saves all the time is no reason for a longer wait each time.
          if (performed.edited === undefined) failures.hadNoEffect(identity, base, now);
          else failures.failed(identity, { why: messages.beingEdited(performed.edited), untried: true }, now);
          break;
        case 'later':
          failures.failed(identity, { why: performed.why, untried: true }, now);
          break;
        case 'failed':
          failures.failed(identity, { ...performed, fix: performed.fix ?? null }, now);
          break;
        default:
          unreachable(performed);
      }
  }

  /** No error ends the coordinator: it is the failure of one action. */
  async #contained(what: string, work: () => Promise<Performed>): Promise<Performed> {
    try {
      return await work();
    } catch (error) {
      const why = failureOf(error);
      if (why === null) this.#members.errors.note(what, error);
      return { kind: 'failed', why: why ?? messages.unexpectedError(error) };
    }
  }

  #deps(observation: Observation, writer: BoardWriter): PerformDeps {
    const { repo, observer, launcher, branches, publisher } = this.#members;
    return {
      observer,
      observation,
      writer,
      launcher,
      branches,
      mailbox: mailboxOf(repo.root),
      emit: publisher.emit,
    };
  }
}
