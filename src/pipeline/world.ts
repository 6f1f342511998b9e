import type { QueueCode } from '../contract/snapshot.ts';
import { ROLE_TABLE, type Role, type Verdict } from '../workflow/roles.ts';
import type { Inject } from '../contract/brief.ts';
import type { Mode } from '../contract/snapshot.ts';
import type { Column, Entry } from '../board/entry.ts';
import type { Cause, RunResult, OutsideCommit } from '../contract/result.ts';
import type { Usage } from '../contract/agent-event.ts';
import type { Settings } from '../workflow/settings.ts';
import type { Failures } from './failures.ts';
import type { Request } from '../contract/request.ts';
import type { UsedRun } from '../contract/usage.ts';

/** Everything that `decide` may know. Plain data, observed afresh at every tick; times are epoch milliseconds. */
export interface World {
  readonly now: number;
  readonly settings: Settings;
  readonly mode: Mode;
  /** What asked for mode `stop`: a command, a key or a signal, as text; absent: `kanban stop`. */
  readonly stoppedBy?: string;
  /** `kanban run T-12 T-13`: only these are picked and started; null = all. */
  readonly only: ReadonlySet<string> | null;
  /** The user paused everything (`kanban pause`), as text; null = nobody did. */
  readonly paused: string | null;
  /** When the user last ended all holds (`kanban resume`), epoch ms: what agents met before holds nothing. 0 = never. */
  readonly resumedAt: number;
  /** When this coordinator began, epoch ms: an agent that could not be started before is tried again. Absent: none runs. */
  readonly begunAt?: number;
  /** Preflight findings that stop all picks, starts and landings, as text. */
  readonly stops: readonly string[];
  /** id → a landing that base no longer contains, because somebody rewrote base. */
  readonly lost: ReadonlyMap<string, string>;
  /** Why landings wait as a whole; null = they don't. */
  readonly landingsHeld: string | null;
  /** Commits that agents made outside their branch and that are undone: reverted, or in nobody's way any more. */
  readonly undone: ReadonlySet<string>;
  /** Agents that can't run (missing program, needs a login), by name, as text. */
  readonly agentsHeld: ReadonlyMap<string, string>;
  /** Agents whose adapter edits code by judgement (a tester of these fixes what fails). */
  readonly fixes: ReadonlySet<string>;
  /** All entries, in the order of columns and files. */
  readonly entries: readonly EntryFacts[];
  /** Runs whose result has not been recorded or discarded. */
  readonly runs: readonly RunFacts[];
  /** Ended runs of the last hours, oldest first, recorded or not: for backoff. */
  readonly past: readonly PastRun[];
  readonly history: History;
  /** Branches of ours without an entry on the board. */
  readonly orphans: readonly OrphanBranch[];
  /** Ids that stand nowhere on the board but can't be called vanished yet: a save in two halves, a swallowed heading. */
  readonly unsure: ReadonlySet<string>;
  readonly requests: readonly Request[];
  /** Actions that could not be done: not tried again before their time. */
  readonly failures: Failures;
  readonly usage: WorldUsage;
  /** Messages that wait to be given to an agent, by task id: how many. */
  readonly messages: ReadonlyMap<string, number>;
  /** Every id ever used: board, trailers, branches, tags, refs/kanban. */
  readonly usedIds: ReadonlySet<string>;
  /** What `entryHash` makes of the entries that requests with `was` are about, by key; absent: there are none. */
  readonly hashes?: ReadonlyMap<string, string>;
}

/** What agents have used, as far as they report it. */
export interface WorldUsage {
  /** By task id; entries whose agents have not run yet are missing. */
  readonly entries: ReadonlyMap<string, EntryUsage>;
  /** Runs of an entry since the user last freed it, whatever became of them, by task id; none = missing. */
  readonly runs: ReadonlyMap<string, number>;
  /** Of all runs since midnight, local time, those that are on among them. */
  readonly today: Usage;
  /** Next midnight, epoch ms. */
  readonly dayEnds: number;
}

export interface EntryUsage {
  readonly runs: number;
  /** Runs whose agent reported nothing. */
  readonly untold: number;
  readonly total: Usage;
  /** Since the user last freed the entry: what caps count. */
  readonly sinceFreed: Usage;
  /** Ended runs that no commit of base names yet. */
  readonly unrecorded: readonly UsedRun[];
}

/** What is known of one entry besides its text. */
export interface EntryFacts {
  readonly entry: Entry;
  /** Why it is held back, as text: problems of the board, a foreign branch, a missing block. */
  readonly problems: readonly string[];
  /** TODO: when its text counts (epoch ms; in the past = it does). */
  readonly settlesAt: number;
  readonly branch: BranchFacts | null;
  /** Without a branch, outside TODO: the branch that was put away when the entry left the board. */
  readonly kept: { readonly ref: string; readonly tip: string } | null;
  /** Its `tested`, else `reviewed` (no branch of that name being there) is contained in base: a landing that was reverted. */
  readonly testedInBase: boolean;
  /** How it stands with the merge queue, as the queue said last; null: it has said nothing yet. */
  readonly landing?: QueueNote | null;
}

/** What the merge queue says of a tested entry. */
export interface QueueNote {
  /** `held`: something is in the way; else its turn comes. */
  readonly state: 'held' | 'lands';
  readonly code: QueueCode;
  readonly why: string;
  /** When it is looked at again, epoch ms; null = when something happens. */
  readonly until: number | null;
}

export interface BranchFacts {
  readonly tip: string;
  /** `refs/kanban/start/<id>`: the commit of base it starts from. A branch without it is the user's (then it is a problem). */
  readonly start: string;
  /**
   * Base contains the tip, and the tip is not the start: somebody merged it. Not so where the tip is one of base's own
   * commits (an agent without a commit of its own that ran `git merge main`): the entry would be closed without work.
   */
  readonly inBase: boolean;
  readonly worktree: 'none' | 'there';
  /** The worktree's HEAD is this branch. */
  readonly attached: boolean;
}

/** A run that still has a say. */
export interface RunFacts {
  readonly id: string;
  readonly taskId: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  readonly agent: string;
  readonly state: 'starting' | 'alive' | 'ended' | 'foreign';
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** It was asked to end. */
  readonly stopping: boolean;
  /** Its runner has died: there is no result yet, and nothing of it works. */
  readonly lost: boolean;
  /** How a message reaches it. */
  readonly inject: Inject;
  /** The tip that a reviewer had sent back when it was briefed. */
  readonly mustDiffer: string | null;
  /** The branch's tip when it was briefed. */
  readonly before: string;
  readonly ended: EndedRun | null;
}

/** What an ended run left: facts, then words. */
export interface EndedRun {
  readonly result: RunResult;
  readonly report: ReadReport;
  /** Commits that carry the run's git identity where none may be: on base or in the user's checkout. */
  readonly outsideCommits: readonly OutsideCommit[];
  /** What it changed of what all worktrees share; absent: nothing. */
  readonly found?: Found | undefined;
}

/** What a comparison of what all worktrees share said of a run. */
export interface Found {
  /** They fail the run. */
  readonly faults: readonly string[];
  /** Only reported: whose change it was is unknown, or it does no harm. */
  readonly notes: readonly string[];
  /** Only the user can decide what becomes of the branch. */
  readonly escalate?: string;
  /** Everything was compared. */
  readonly done?: boolean;
}

/** The report as read (agents/report/parse-report.ts). */
export type ReadReport =
  | {
      readonly ok: true;
      readonly verdict: Verdict;
      readonly type: string | null;
      readonly changelog: string | null;
      readonly text: string;
    }
  | { readonly ok: false; readonly missing: string; /** There is none. */ readonly isAbsent: boolean };

export interface PastRun {
  readonly id: string;
  readonly taskId: string;
  readonly role: Role;
  readonly agent: string;
  readonly cause: Cause;
  readonly detail: string;
  readonly endedAt: number;
  readonly providerUntil: number | null;
  /** It needs a login or a key: no other entry fares better. */
  readonly login: boolean;
}

/** What the trailers of base's first-parent line tell. */
export interface History {
  /** id → newest landing commit. */
  readonly landed: ReadonlyMap<string, string>;
  /** id → the tip of its branch that landed last. */
  readonly landedTips: ReadonlyMap<string, string>;
  /** Ids that landed because the user merged their branch: there is no landing commit of ours. */
  readonly byHand: ReadonlySet<string>;
  /** id → the commit that took its landing back (`kanban undo`); gone once it lands again. */
  readonly takenBack: ReadonlyMap<string, string>;
  readonly abandoned: ReadonlySet<string>;
  /** id → when it came into its column (epoch ms), as the moves in history tell. */
  readonly enteredAt: ReadonlyMap<string, number>;
  /** id → when it left TODO first since it came onto the board (epoch ms). */
  readonly startedAt: ReadonlyMap<string, number>;
  /** Run ids named in `Kanban-Run`. */
  readonly taken: ReadonlySet<string>;
  /** Request ids named in `Kanban-Request`. */
  readonly requests: ReadonlySet<string>;
  /** `T-12 <sha>` of `Kanban-Reviewed` and `Kanban-Tested`. */
  readonly reviewed: ReadonlySet<string>;
  readonly tested: ReadonlySet<string>;
  /** `T-12 start` or `T-12 land <tip>` of `Kanban-Approval`: approval was asked for. */
  readonly approvals: ReadonlySet<string>;
  /** id → the tip that a reviewer sent back last. */
  readonly rejected: ReadonlyMap<string, string>;
  /** id → when it was escalated last (epoch ms): launch failures before that no longer count. */
  readonly escalated: ReadonlyMap<string, number>;
  /** Ids that changed column after an escalation that nothing has ended; `[ESCALATED]` all the same: the user moved it, tag and all. */
  readonly movedSinceEscalated: ReadonlySet<string>;
  /** id → commits that its agent made outside its branch, as reported when it was escalated for that; gone once the user freed it. */
  readonly outsideCommits: ReadonlyMap<string, readonly string[]>;
  /** id → `task=claude reviewer=codex`: who worked on it, newest for each role. */
  readonly agents: ReadonlyMap<string, string>;
  /** id → what its runs used, oldest first, as `Kanban-Usage` tells. */
  readonly used: ReadonlyMap<string, readonly UsedRun[]>;
  /** Run id → how many entries it has added, as `Kanban-Proposed` tells. */
  readonly proposed: ReadonlyMap<string, number>;
}

export interface OrphanBranch {
  readonly id: string;
  readonly tip: string;
  readonly start: string;
  readonly inBase: boolean;
  readonly hasCommits: boolean;
  readonly worktree: boolean;
  /** When its entry was first missed; null: it was not there when the coordinator started, or it landed. */
  readonly missedSince: number | null;
}

/** The column in which a run's result counts. */
export function columnOfRun(run: { readonly role: Role; readonly purpose: 'work' | 'mend' }): Column {
  return run.purpose === 'mend' ? 'TESTING' : ROLE_TABLE[run.role].column;
}
