import type { KanbanEvent } from '../event.ts';
import type { Repository } from '../git/git.ts';
import { resolve } from '../git/objects.ts';
import { updateRefs } from '../git/refs.ts';
import type { BoardWriter } from './board-writer.ts';
import { contains } from './git-view.ts';
import { integrate } from './integrator.ts';
import type { Observation, Observer } from './observe.ts';
import type { Performed } from './perform.ts';
import { PUSH_PIN } from './push-gate.ts';
import type { RemoteFacts } from './remote-facts.ts';

/** Between two tries of what could not be merged: the person's files may be in the way for hours. */
const AGAIN = 2_000;

/** Keeps base up to the remote's base (where landings are pushed) and to upstream, before runs and landings. */
export class BaseUpkeep {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  /** Commits that base is known to contain. */
  readonly #contained = new Set<string>();
  #held: { readonly why: string; readonly at: number; readonly theirs: string } | null = null;
  /** A push was cut off: whether it has arrived only the remote knows. */
  #unsure: boolean | null = null;

  constructor(repo: Repository, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#emit = emit;
  }

  /** Why base can't be brought up, in words; null = it is, or will be. */
  get held(): string | null {
    return this.#held?.why ?? null;
  }

  /** Base must not move before the remote has said what it has: a push was cut off. */
  async isUnsure(facts: RemoteFacts): Promise<boolean> {
    this.#unsure ??= (await resolve(this.#repo, PUSH_PIN)) !== null;
    if (!this.#unsure || facts.pushing) return false;
    if (facts.fetchedAt === null) return facts.away === null;
    await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: null }]);
    this.#unsure = false;
    return false;
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
      if (theirs === null || this.#contained.has(theirs)) continue;
      if (await contains(this.#repo, parts.writer.base, theirs)) {
        this.#contained.add(theirs);
        continue;
      }
      if (this.#held?.theirs === theirs && Date.now() - this.#held.at < AGAIN) continue;
      const done = await integrate({ ...parts, repo: this.#repo, theirs, kind, emit: this.#emit });
      if (typeof done === 'object') {
        this.#held = { why: done.later, at: Date.now(), theirs };
        continue;
      }
      this.#held = null;
      return done === 'done' ? { kind: 'done' } : { kind: 'stale' };
    }
    const waits = due.some(
      ([, theirs]) => theirs !== null && theirs === this.#held?.theirs && !this.#contained.has(theirs),
    );
    if (!waits) this.#held = null;
    return null;
  }
}
