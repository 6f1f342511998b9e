import type { Trailer } from './action.ts';
import { readUsage, type UsedRun } from '../contract/usage.ts';
import type { History } from './world.ts';

/** A commit of base, as far as its trailers matter. */
export interface HistoryCommit {
  readonly sha: string;
  /** Epoch ms. */
  readonly at: number;
  readonly committerEmail: string;
  readonly trailers: readonly { readonly name: string; readonly value: string }[];
}

/** The domain of the git identities that runs commit under. What they write in trailers is not believed. */
export const RUN_IDENTITY = '@kanban.invalid';

/** A History that grows by commits, oldest first. */
export class HistoryFold implements History {
  readonly landed = new Map<string, string>();
  readonly landedTips = new Map<string, string>();
  readonly byHand = new Set<string>();
  readonly takenBack = new Map<string, string>();
  readonly abandoned = new Set<string>();
  readonly enteredAt = new Map<string, number>();
  readonly startedAt = new Map<string, number>();
  readonly taken = new Set<string>();
  readonly requests = new Set<string>();
  readonly reviewed = new Set<string>();
  readonly tested = new Set<string>();
  readonly approvals = new Set<string>();
  readonly rejected = new Map<string, string>();
  readonly escalated = new Map<string, number>();
  readonly movedSinceEscalated = new Set<string>();
  readonly outsideCommits = new Map<string, readonly string[]>();
  readonly agents = new Map<string, string>();
  readonly used = new Map<string, UsedRun[]>();
  /** All of them, oldest first. */
  readonly usedRuns: UsedRun[] = [];
  /** Their ids. */
  readonly recorded = new Set<string>();
  /** Task id → when its runs were recorded, epoch ms, oldest first. */
  readonly runs = new Map<string, number[]>();
  /** Run id → the commit that took it in. */
  readonly takenBy = new Map<string, string>();
  /** Ids whose last escalation nobody has ended yet, as far as trailers tell. */
  readonly #open = new Set<string>();
  readonly proposed = new Map<string, number>();
  /** id → commits that recorded what somebody found or did about it, oldest first; once it lands, that landing alone. */
  readonly steps = new Map<string, string[]>();
  /** Every id named in a trailer. */
  readonly ids = new Set<string>();

  /** Ids that left the board for good, landed or abandoned, and did not come back. */
  readonly gone = new Set<string>();

  add(commit: HistoryCommit): void {
    if (commit.committerEmail.endsWith(RUN_IDENTITY)) return;
    for (const { name, value } of commit.trailers) this.#read(commit, name as Trailer['name'], value.trim());
  }

  #read(commit: HistoryCommit, name: Trailer['name'], value: string): void {
    const [id = '', ...words] = value.split(/\s+/);
    const first = words[0] ?? '';
    if (name === 'Kanban-Request') return void this.requests.add(id);
    if (!/-\d+$/.test(id)) return;
    this.ids.add(id);
    switch (name) {
      case 'Kanban-Move':
        return this.#moved(commit, id, { from: first, to: words.at(-1) ?? '' });
      case 'Kanban-Run':
        this.taken.add(first);
        addTo(this.runs, id, commit.at);
        this.takenBy.set(first, commit.sha);
        return;
      case 'Kanban-Reviewed':
        return void this.reviewed.add(`${id} ${first}`);
      case 'Kanban-Tested':
        return void this.tested.add(`${id} ${first}`);
      case 'Kanban-Approval':
        return void this.approvals.add(value);
      case 'Kanban-Rejected':
        return void this.rejected.set(id, first);
      case 'Kanban-Escalated':
        this.escalated.set(id, commit.at);
        this.#open.add(id);
        this.movedSinceEscalated.delete(id);
        if (!commit.trailers.some((trailer) => trailer.name === 'Kanban-Stray')) this.outsideCommits.delete(id);
        return;
      case 'Kanban-Stray':
        return void this.outsideCommits.set(id, words);
      case 'Kanban-Freed':
        this.runs.delete(id);
        return this.#freed(id);
      case 'Kanban-Proposed':
        return void this.proposed.set(first, (this.proposed.get(first) ?? 0) + 1);
      case 'Kanban-Verdict':
      case 'Kanban-By':
        return this.#step(commit, id);
      case 'Kanban-Usage':
        return this.#uses(commit, id, words);
      case 'Kanban-Agent':
        return this.#played(id, words);
      default:
    }
  }

  #moved(commit: HistoryCommit, id: string, { from, to }: { readonly from: string; readonly to: string }): void {
    if (
      to === 'TODO' ||
      commit.trailers.some((trailer) => trailer.name === 'Kanban-Run' || trailer.name === 'Kanban-Request')
    )
      this.#freed(id);
    else if (this.#open.has(id)) this.movedSinceEscalated.add(id);
    if (from !== to) this.#entered(id, { from, to, at: commit.at });
    if (to === 'CHANGELOG' || to === 'ABANDONED') this.gone.add(id);
    else this.gone.delete(id);
    if (to === 'TODO') this.#step(commit, id);
    // A new start, or the end: the runs before it count no more.
    if (to === 'TODO' || to === 'CHANGELOG' || to === 'ABANDONED') this.runs.delete(id);
    if (from === 'CHANGELOG') this.#takenBack(commit, id);
    if (to === 'CHANGELOG') this.#landed(commit, id);
    else if (to === 'ABANDONED') {
      this.abandoned.add(id);
      this.landed.delete(id);
    } else if (to === 'TODO') {
      this.rejected.delete(id);
      this.approvals.delete(`${id} start`);
    }
  }

  #entered(id: string, { from, to, at }: { readonly from: string; readonly to: string; readonly at: number }): void {
    this.enteredAt.set(id, at);
    if (from === 'TODO' && !this.startedAt.has(id)) this.startedAt.set(id, at);
    if (to === 'CHANGELOG' || to === 'ABANDONED') this.startedAt.delete(id);
  }

  #landed(commit: HistoryCommit, id: string): void {
    this.landed.set(id, commit.sha);
    this.steps.set(id, [commit.sha]);
    const tip = trailerOf(commit, 'Kanban-Tested', id);
    if (tip !== undefined) this.landedTips.set(id, tip);
    if (trailerOf(commit, 'Kanban-Verdict', id) === 'landing by-hand') this.byHand.add(id);
    else this.byHand.delete(id);
    this.takenBack.delete(id);
    this.abandoned.delete(id);
  }

  /** `landedTips` stays: a branch left over from that landing is still to be cleared away, not to be worked on. */
  #takenBack(commit: HistoryCommit, id: string): void {
    this.takenBack.set(id, commit.sha);
    this.landed.delete(id);
    this.byHand.delete(id);
  }

  /**
   * After a merge with base's copy elsewhere: what had left the board here stays off it, whatever was done there.
   * @param was what was known of the id before the other side's commits were added
   */
  keepGone(id: string, was: { readonly gone: boolean; readonly landed: string | undefined }): void {
    if (was.gone) this.gone.add(id);
    if (was.landed === undefined || this.landed.has(id)) return;
    this.landed.set(id, was.landed);
    this.abandoned.delete(id);
  }

  /** The escalation is over: what the user writes into the heading later is about something else. */
  #freed(id: string): void {
    this.#open.delete(id);
    this.movedSinceEscalated.delete(id);
    this.outsideCommits.delete(id);
  }

  #step({ sha }: HistoryCommit, id: string): void {
    const steps = this.steps.get(id);
    if (steps === undefined) this.steps.set(id, [sha]);
    else if (steps.at(-1) !== sha) steps.push(sha);
  }

  /** A landing's `total` only repeats what is known. */
  #uses(commit: HistoryCommit, id: string, [run = '', ...words]: readonly string[]): void {
    if (run === 'total' || this.recorded.has(run)) return;
    this.recorded.add(run);
    const used: UsedRun = { id: run, taskId: id, at: commit.at, usage: readUsage(words) };
    this.used.set(id, [...(this.used.get(id) ?? []), used]);
    this.usedRuns.push(used);
  }

  #played(id: string, words: readonly string[]): void {
    const roles = new Map(
      (this.agents.get(id) ?? '')
        .split(' ')
        .filter(Boolean)
        .map((pair) => pair.split('=', 2) as [string, string]),
    );
    for (const word of words) {
      const [role, agent] = word.split('=', 2);
      if (role && agent) roles.set(role, agent);
    }
    this.agents.set(id, [...roles].map(([role, agent]) => `${role}=${agent}`).join(' '));
  }
}

function addTo(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** What a trailer of this name says of an entry; undefined: nothing. */
const trailerOf = ({ trailers }: HistoryCommit, of: Trailer['name'], id: string): string | undefined =>
  trailers.find(({ name, value }) => name === of && value.startsWith(`${id} `))?.value.slice(id.length + 1);
