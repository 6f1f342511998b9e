import { OTHER, type Held } from '../../contract/hold.ts';
import { relative } from 'node:path';
import { appendCheckLog, readCheckLog } from './check-log-file.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { waitAfter, WAITS } from '../../pipeline/backoff.ts';
import type { CheckLogLine } from '../../pipeline/queue/check-log.ts';
import type { CheckRun } from '../../pipeline/check-run.ts';
import type { SnapshotCheck } from '../../contract/snapshot.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { CheckRuns } from './check-runs.ts';
import type { Tree } from './chain-cache.ts';
import * as messages from './messages.ts';

export type Purpose = SnapshotCheck['purpose'];

export type Asked =
  /** It is running, or will run once the current one has ended. */
  { readonly kind: 'on' } | ({ readonly kind: 'held'; readonly until: number } & Held);

/** Schedules the one check: starts what is wanted, ends what is no longer wanted, records the results. */
export class CheckScheduler {
  readonly #repo: Repository;
  readonly #checks: CheckRuns;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #purposes = new Map<string, Purpose>();
  #isUnwritable = false;

  constructor(repo: Repository, checks: CheckRuns, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#checks = checks;
    this.#emit = emit;
  }

  get running(): CheckRun | null {
    return this.#checks.observe().find(({ state }) => state !== 'ended') ?? null;
  }

  /** A check is running, or has ended and is not recorded yet (as long as it can be: on a full disk it can't). */
  get isBusy(): boolean {
    return this.#checks.observe().some(({ state }) => state !== 'ended' || !this.#isUnwritable);
  }

  /** The purpose of the running check; of one that an earlier coordinator started it is guessed. */
  get purpose(): Purpose {
    const { running } = this;
    if (running === null) return 'first';
    return this.#purposes.get(running.id) ?? (running.attempt > 1 ? 'again' : 'first');
  }

  stop(why: string): void {
    const { running } = this;
    if (running !== null) this.#checks.stop(running.id, why);
  }

  /**
   * Has this tree checked; another check that is running is ended first.
   * @param at base: full ref; mayWait: one that could not be carried out is not tried again at once
   */
  ask(
    order: Tree & { readonly entries: readonly string[]; readonly purpose: Purpose },
    settings: Settings,
    { base, mayWait }: { readonly base: string; readonly mayWait: boolean },
  ): Asked {
    const open = this.#checks.observe();
    // One that has ended since this turn began may be the very one that is asked for.
    if (open.some(({ state }) => state === 'ended')) return { kind: 'on' };
    const running = open[0] ?? null;
    if (running?.key === order.key) return { kind: 'on' };
    if (running !== null) {
      this.#checks.stop(running.id, messages.CHECK_OUTDATED);
      return { kind: 'on' };
    }
    const log = readCheckLog(this.#repo);
    const troubles = log.recent.findIndex(({ outcome }) => outcome !== 'error');
    const last = log.recent[0];
    const count = troubles < 0 ? log.recent.length : troubles;
    if (last !== undefined && count > 0) {
      const until = last.at + waitAfter(count, WAITS.check);
      if (mayWait && until > Date.now()) {
        const why = messages.checkNotRun(last.detail);
        return { kind: 'held', why, reason: { code: 'check-not-run' }, until };
      }
    }
    const { key, commit, entries, purpose } = order;
    const reds = log.outcomes.get(key)?.reds.length ?? 0;
    const id = this.#checks.start({ key, commit, entries, attempt: reds + 1 }, settings, base);
    this.#purposes.set(id, purpose);
    this.#emit({ type: 'check-started', check: id, entries, purpose, commit });
    return { kind: 'on' };
  }

  /** Records the results of checks. @returns why that can't be done (a full disk). */
  record(): Held | null {
    for (const check of this.#checks.observe()) {
      const { id, result } = check;
      if (check.state !== 'ended' || result === null) continue;
      if (result.outcome !== 'stopped') {
        const problem = appendCheckLog(this.#repo, [this.#line(check)]);
        this.#isUnwritable = problem !== null;
        if (problem !== null)
          return { why: problem.message, reason: problem.code === 'disk-full' ? { code: 'disk-full' } : OTHER };
        this.#report(check);
      }
      this.#checks.take(id);
      this.#purposes.delete(id);
    }
    return null;
  }

  #line({ id, key, commit, entries, log, startedAt, result }: CheckRun): CheckLogLine {
    if (result === null || result.outcome === 'stopped') throw new Error('a check without an outcome');
    const { outcome, detail, ms } = result;
    const at = Math.max(startedAt + ms, readCheckLog(this.#repo).recent[0]?.at ?? 0);
    return {
      type: 'checked',
      run: id,
      key,
      commit,
      entries,
      outcome,
      detail,
      at,
      ms,
      log: relative(this.#repo.root, log),
    };
  }

  #report({ id, commit, entries, key, result }: CheckRun): void {
    if (result === null || result.outcome === 'stopped') return;
    const { outcome, detail, ms } = result;
    this.#emit({ type: 'check-ended', check: id, entries, outcome, detail, seconds: Math.round(ms / 1000) });
    const flake = readCheckLog(this.#repo).flakes.at(-1);
    if (outcome === 'green' && flake?.key === key && readCheckLog(this.#repo).recent[0]?.run === id)
      this.#emit({ type: 'check-flaked', entries, commit });
  }
}
