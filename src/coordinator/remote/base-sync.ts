import type { Held } from '../../contract/hold.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { updateRefs } from '../../git/refs.ts';
import type { Identity } from '../../pipeline/failures.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { BoardWriter } from '../perform/board-writer.ts';
import type { FailureRegister } from '../perform/failure-register.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import { integrate, type IntegrateDeps } from './integrate-remote.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { Performed } from '../perform/performed.ts';
import { PUSH_PIN } from './push-gate.ts';
import type { RemoteFacts } from './remote-facts.ts';
import * as messages from './messages.ts';

/** After this time without an answer, everything but landings continues without the remote, ms. */
const SILENT_REMOTE_MS = 10_000;

type Kind = IntegrateDeps['kind'];

/** Keeps base up to the remote's base (where landings are pushed) and to upstream, before runs and landings. */
export class BaseSync {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  /** Commits that base is known to contain. */
  readonly #contained = new Set<string>();
  readonly #held = new Map<Kind, Held>();
  readonly #failures: FailureRegister;
  /** A push was interrupted: only the remote knows whether it arrived. null = not looked up yet. */
  #unsure: boolean | null = null;
  #silentSince: number | null = null;

  constructor(repo: Repository, failures: FailureRegister, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#failures = failures;
    this.#emit = emit;
  }

  /** Why base can't be brought up to the remote, or to upstream; null = it is, or will be. */
  held(kind: Kind): Held | null {
    return this.#held.get(kind) ?? null;
  }

  /** Base must not move before the state of the remote is known: it was not asked yet, or a push was interrupted. */
  async isUnsure(facts: RemoteFacts, { push }: Pick<Settings, 'push'>): Promise<boolean> {
    this.#unsure ??= push ? (await resolve(this.#repo, PUSH_PIN)) !== null : null;
    if (facts.pushing) return false;
    if (this.#unsure && facts.fetchedAt !== null) {
      await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: null }]);
      this.#unsure = false;
    }
    if (this.#unsure && push) return facts.away === null;
    this.#silentSince = facts.answer ? null : (this.#silentSince ?? performance.now());
    return this.#silentSince !== null && performance.now() - this.#silentSince < SILENT_REMOTE_MS;
  }

  /** One merge, if one is due. @returns null when base is up to both, or can't be brought up now. */
  async step(
    facts: RemoteFacts,
    parts: { observer: Observer; observation: Observation; writer: BoardWriter },
  ): Promise<Performed | null> {
    const { settings } = parts.observation.workflow;
    if (parts.observation.rewritten) this.#contained.clear();
    const remote = settings.push && facts.fetchedAt !== null && facts.lost === null ? facts.tip : null;
    const due = [
      ['remote', remote],
      ['upstream', facts.upstreamTip],
    ] as const;
    for (const [kind, theirs] of due) {
      if (theirs === null || (await this.#isIn(parts.writer.base, theirs))) {
        this.#held.delete(kind);
        continue;
      }
      const identity = identityOf(kind, theirs);
      if (!this.#failures.mayTry(identity, Date.now())) continue;
      const done = await integrate({ ...parts, repo: this.#repo, theirs, kind, emit: this.#emit });
      if (typeof done === 'object') {
        this.#held.set(kind, done.later);
        this.#failures.failed(identity, { why: done.later.why }, Date.now());
        continue;
      }
      this.#held.delete(kind);
      const { base } = parts.writer;
      if (done === 'done') this.#failures.wasDone(identity, base, Date.now());
      else this.#failures.hadNoEffect(identity, base, Date.now());
      return done === 'done' ? { kind: 'done' } : { kind: 'stale' };
    }
    return null;
  }

  async #isIn(base: string, theirs: string): Promise<boolean> {
    if (this.#contained.has(theirs)) return true;
    const isIn = await isAncestor(this.#repo, theirs, base);
    if (isIn) this.#contained.add(theirs);
    return isIn;
  }
}

const identityOf = (kind: Kind, theirs: string): Identity => ({
  key: `integrate ${kind} ${theirs}`,
  id: null,
  what: kind === 'remote' ? messages.REMOTE_COMMITS : 'upstream',
});
