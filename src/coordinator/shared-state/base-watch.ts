import { checkoutOf } from '../../git/checkout.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { updateRefs } from '../../git/refs.ts';
import { tracedCommands } from '../../runner/git/git-trace.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { rescueRefs } from './compare-refs.ts';
import { indexHas } from './index-content.ts';
import * as messages from './messages.ts';
import { readReflog } from './reflogs.ts';
import { WrittenRefs } from './ref-writers.ts';
import type { RunFindings } from './run-findings.ts';
import { listRefs } from './shared-state.ts';

/** Base as the coordinator moved it last. */
const SEEN = 'refs/kanban/seen';

/** What a run made of base. */
interface BaseMove {
  readonly base: string;
  /** What it was. */
  readonly from: string;
  /** What it is; null: it is gone. */
  readonly to: string | null;
  readonly record: RunRecord;
}

/**
 * Sees when a run moves base back, elsewhere, or away, and moves it back before anything else is read: on another base the
 * board, the history and every branch look different. A commit that a run makes on base is not its business: base contains
 * what it contained.
 */
export class BaseWatch {
  readonly #repo: Repository;
  readonly #findings: RunFindings;
  /** Base, as it was right last; null: not known. */
  #known: string | null = null;
  /** Runs whose trace has accounted for a move that no reflog shows: a trace has no times. */
  readonly #traced = new Set<string>();
  #held: string | null = null;

  constructor(repo: Repository, findings: RunFindings) {
    this.#repo = repo;
    this.#findings = findings;
  }

  /** Base is not what it is to be, and only the user can move it back, with the command that does; null = it is right. */
  get held(): string | null {
    return this.#held;
  }

  /** @param open runs whose results are not recorded @returns whether base was moved back */
  async follow(open: readonly RunRecord[]): Promise<boolean> {
    const base = open[0]?.brief.base;
    if (base === undefined) {
      this.#held = null;
      return false;
    }
    const [to, seen] = await Promise.all([resolve(this.#repo, base), resolve(this.#repo, SEEN)]);
    const move = (await this.#isKnown(to, seen)) ? null : await this.#moveOf(base, to, seen, open);
    if (move !== null) return this.#moveBack(move);
    this.#known = to;
    this.#held = null;
    return false;
  }

  /** The coordinator's own moves need no reading of the reflog. */
  async #isKnown(to: string | null, seen: string | null): Promise<boolean> {
    if (to === null || this.#known === null) return false;
    return to === this.#known || (to === seen && (await isAncestor(this.#repo, this.#known, to)));
  }

  async #moveOf(
    base: string,
    to: string | null,
    seen: string | null,
    open: readonly RunRecord[],
  ): Promise<BaseMove | null> {
    const found = this.#inReflog(base, to, open) ?? (await this.#inTrace(base, to, seen, open));
    if (found === null || (to !== null && (await isAncestor(this.#repo, found.from, to)))) return null;
    return { base, to, ...found };
  }

  /** The entries that came last are of a run: what was before them. */
  #inReflog(base: string, to: string | null, open: readonly RunRecord[]): Pick<BaseMove, 'from' | 'record'> | null {
    const log = to === null ? [] : readReflog(this.#repo, base);
    if (log.at(-1)?.sha !== to) return null;
    const byEmail = new Map(open.map((record) => [record.brief.identity.email, record]));
    const first = log[log.findLastIndex(({ email }) => !byEmail.has(email)) + 1];
    const record = first === undefined ? undefined : byEmail.get(first.email);
    return first === undefined || record === undefined || /^0+$/.test(first.old) ? null : { from: first.old, record };
  }

  /** No reflog has it (a ref that is gone takes its own along): a command that writes base has to be in the trace. */
  async #inTrace(
    base: string,
    to: string | null,
    seen: string | null,
    open: readonly RunRecord[],
  ): Promise<Pick<BaseMove, 'from' | 'record'> | null> {
    const log = readReflog(this.#repo, base);
    if (seen === null || (to !== null && log.at(-1)?.sha === to)) return null;
    const record = open.find(
      ({ runId, brief }) => !this.#traced.has(runId) && new WrittenRefs(tracedCommands(brief)).has(base),
    );
    if (record === undefined) return null;
    const last = log.at(-1)?.sha ?? readReflog(this.#repo, 'HEAD').at(-1)?.sha;
    // Commits of the user's that came after the coordinator's last move.
    const isOn = last !== undefined && last !== to && (await isAncestor(this.#repo, seen, last));
    return { from: isOn ? last : seen, record };
  }

  async #moveBack(move: BaseMove): Promise<boolean> {
    const { base, from, to, record } = move;
    const repo = this.#repo;
    const checkout = checkoutOf(repo, base);
    const refs = await listRefs(repo, [base, 'refs/kanban/rescue/']);
    if (checkout !== null && to !== null && !(await indexHas(repo, checkout, from, to))) {
      // The files of the checkout went along, and the user's are among them.
      this.#hold(move, messages.baseMovedWithCheckout(checkout.path, move));
      return false;
    }
    const isKept = to === null || (await isAncestor(repo, to, from));
    const keep = isKept ? null : rescueRefs(record.brief.taskId, refs)();
    const isAlias = refs[base]?.startsWith('ref: ') === true;
    const done = await updateRefs(repo, [
      { ref: base, to: from, ...(isAlias ? {} : { from: to }) },
      ...(keep === null ? [] : [{ ref: keep, to, from: null }]),
    ]);
    if (!done.ok) {
      this.#hold(move, messages.baseNotMovedBack(repo.root, move, done.message));
      return false;
    }
    this.#held = null;
    this.#traced.add(record.runId);
    this.#findings.fault(record, messages.baseMovedBack(move, keep));
    return true;
  }

  #hold({ record }: BaseMove, text: string): void {
    this.#held = messages.ofRuns([record.runId], text);
    this.#findings.fault(record, text);
  }
}
