import type { Column } from '../board/entry.ts';
import type { Problem } from '../problem.ts';
import type { HookPhase, Usage } from './agent-event.ts';
import type { Cause } from './result.ts';
import type { HoldKey } from './hold.ts';
import type { AlertFigure } from './alert-figure.ts';
import type { AlertName } from '../workflow/settings.ts';
import type { Role } from '../workflow/roles.ts';

/** Everything that can happen, in the past tense. Surfaces word them (report/); `--json` prints them as they are. */
export type KanbanEvent =
  /** The coordinator holds the lock and begins. */
  | { readonly type: 'coordinator-started'; readonly pid: number; readonly base: string; readonly sha: string }
  /** It has ended; runs may live on. */
  | { readonly type: 'coordinator-ended'; readonly why: string; readonly runsLeft: number }
  /** The user asked it to end: once = runs may finish, twice = runs are stopped. */
  | { readonly type: 'stop-asked'; readonly now: boolean; readonly runs: number }
  /** An entry changed column. */
  | {
      readonly type: 'entry-moved';
      readonly id: string;
      readonly title: string;
      readonly from: Column;
      readonly to: Column;
      readonly why: string;
      readonly commit: string;
    }
  /** An entry changed tags or fields in its place. */
  | {
      readonly type: 'entry-changed';
      readonly id: string;
      readonly title: string;
      readonly column: Column;
      readonly why: string;
      readonly commit: string;
    }
  /** An entry or note got its number. */
  | {
      readonly type: 'entry-numbered';
      readonly id: string;
      readonly title: string;
      readonly column: Column;
      readonly commit: string;
    }
  /** `kanban add` was carried out. */
  | { readonly type: 'entry-added'; readonly id: string; readonly title: string; readonly commit: string }
  /** The branch is merged into base, the entry gone, its line in the CHANGELOG: one commit. */
  | {
      readonly type: 'entry-landed';
      readonly id: string;
      readonly title: string;
      readonly commit: string;
      readonly line: string;
      readonly byHand: boolean;
    }
  /** The entry left the board without landing. */
  | {
      readonly type: 'entry-abandoned';
      readonly id: string;
      readonly title: string;
      readonly why: string;
      readonly commit: string;
    }
  /** A landing was taken back (`kanban undo`): its code, its CHANGELOG line; the entry stands on top of TODO again. */
  | {
      readonly type: 'entry-undone';
      readonly id: string;
      readonly title: string;
      readonly why: string;
      /** The landing that was taken back. */
      readonly landing: string;
      readonly commit: string;
    }
  /** A check was handed to a runner: these tasks on base. */
  | {
      readonly type: 'check-started';
      readonly check: string;
      readonly entries: readonly string[];
      readonly purpose: 'first' | 'again' | 'control' | 'search' | 'confirm';
      readonly commit: string;
    }
  /** `trouble`: it could not be carried out, which says nothing about the tasks. */
  | {
      readonly type: 'check-ended';
      readonly check: string;
      readonly entries: readonly string[];
      readonly outcome: 'green' | 'red' | 'error';
      readonly detail: string;
      readonly seconds: number;
    }
  /** A check that was red is green on the same commit. */
  | { readonly type: 'check-flaked'; readonly entries: readonly string[]; readonly commit: string }
  /** A task made the check red, alone or together with another, and goes back. */
  | { readonly type: 'check-blamed'; readonly id: string; readonly why: string; readonly partner: string | null }
  /** Base was pushed, with these landings. */
  | {
      readonly type: 'pushed';
      readonly remote: string;
      readonly branch: string;
      readonly commit: string;
      readonly entries: readonly string[];
    }
  /** Base was brought up to the remote, or upstream was merged into it. */
  | { readonly type: 'integrated'; readonly from: string; readonly commit: string; readonly notes: readonly string[] }
  /** A run was handed to a runner. */
  | {
      readonly type: 'run-started';
      readonly id: string;
      readonly run: string;
      readonly role: Role;
      readonly purpose: 'work' | 'mend';
      readonly agent: string;
    }
  /** A run of an earlier coordinator was found alive and is waited for. */
  | {
      readonly type: 'run-adopted';
      readonly id: string;
      readonly run: string;
      readonly role: Role;
      readonly purpose: 'work' | 'mend';
      readonly agent: string;
    }
  /** A run has ended and nothing of it is alive. */
  | {
      readonly type: 'run-ended';
      readonly id: string;
      readonly run: string;
      readonly role: Role;
      readonly purpose: 'work' | 'mend';
      readonly agent: string;
      readonly cause: Cause;
      readonly detail: string;
      readonly seconds: number;
    }
  /** A result counts for nothing on the board. */
  | { readonly type: 'run-put-aside'; readonly id: string; readonly run: string; readonly why: string }
  /** A run was asked to end. */
  | { readonly type: 'run-stopped'; readonly id: string; readonly run: string; readonly why: string }
  /** A run could not be started at all. */
  | { readonly type: 'run-refused'; readonly id: string; readonly role: Role; readonly why: string }
  /** A run is at a hook, or waits for the hook of another run; its agent does not work meanwhile. */
  | { readonly type: 'run-hook'; readonly id: string; readonly run: string; readonly hook: HookPhase }
  /** No output, no CPU and no changed file for `stall.after`. */
  | { readonly type: 'run-stalled'; readonly id: string; readonly run: string; readonly since: number }
  /** The user paused an entry, or everything (`id` null). */
  | { readonly type: 'paused'; readonly id: string | null; readonly why: string }
  /** The pause of an entry, or of everything (`id` null), has ended. */
  | { readonly type: 'resumed'; readonly id: string | null; readonly why: string }
  /** A message was left for the agents of an entry. */
  | {
      readonly type: 'injected';
      readonly id: string;
      /** The run that was on; null: the next run gets it. */
      readonly run: string | null;
      /** Names the message. */
      readonly message: string;
      readonly priority: 'high' | 'normal' | 'low';
      /** Who left it. */
      readonly by: string;
      readonly text: string;
    }
  /** An agent has a message now: it got it while it worked, or in its prompt. */
  | {
      readonly type: 'message-given';
      readonly id: string;
      /** As in `injected`. */
      readonly message: string;
      readonly priority: 'high' | 'normal' | 'low';
      /** How long it waited. */
      readonly seconds: number;
    }
  /** The user is needed; `ways` are commands to copy. */
  | {
      readonly type: 'person-needed';
      readonly id: string;
      readonly title: string;
      readonly column: Column;
      readonly why: string;
      readonly ways: readonly string[];
    }
  /** Work was kept under a ref instead of being committed or lost. */
  | { readonly type: 'work-rescued'; readonly id: string; readonly ref: string; readonly why: string }
  /** A branch was put away under `refs/kanban/abandoned/`. */
  | { readonly type: 'branch-kept'; readonly id: string; readonly ref: string }
  /** The user's edit of the board was committed under their name. */
  | { readonly type: 'board-edited'; readonly files: readonly string[]; readonly commit: string }
  /** A save was made from an old version: what moved since stays moved. */
  | {
      readonly type: 'old-buffer-read';
      readonly file: string;
      /** Entries that stay where they have moved to meanwhile. */
      readonly kept: readonly string[];
      /** Entries that the save lacked and that were put back; `paused`: as `[PAUSED]`. */
      readonly restored: readonly string[];
      readonly paused: readonly string[];
      /** Refs of commits that keep what the user saved and is in no file now. */
      readonly saved: readonly string[];
    }
  /** Base was rewritten by the user. */
  | { readonly type: 'base-rewritten'; readonly from: string; readonly to: string; readonly missing: readonly string[] }
  /** Settings were read again. */
  | { readonly type: 'settings-changed' }
  /** WORKFLOW.md can't be read; the last good settings stay. */
  | { readonly type: 'settings-broken'; readonly problems: readonly Problem[] }
  /** Something of the board can't be used as written. */
  | { readonly type: 'problem-found'; readonly problem: Problem }
  /** Everything, all landings, or one thing waits (`what`: as text); null = it continues. */
  | ({ readonly type: 'hold-changed'; readonly what: string; readonly why: string | null } & HoldKey)
  /** A move or landing that a crash had interrupted was finished or taken back. */
  | { readonly type: 'recovered'; readonly what: string }
  /** A landing did not come out as built. */
  | { readonly type: 'audit-failed'; readonly id: string; readonly findings: readonly string[] }
  /** A notification could not be delivered to a target of `notify`, and is not tried again. */
  | {
      readonly type: 'notify-failed';
      /** `notify[0] (slack)` */
      readonly target: string;
      /** What it was about: `T-9 needs you` */
      readonly about: string;
      readonly why: string;
    }
  /** A figure is above its limit (`alerts`); reported once until it is back below. */
  | ({ readonly type: 'alert'; readonly why: string } & AlertFigure)
  /** It is back below. `seconds`: how long it was above. */
  | { readonly type: 'alert-over'; readonly alert: AlertName; readonly seconds: number }
  /** How the work goes, where `kanban run --progress` asks for it; in the output only, not in the log. */
  | {
      readonly type: 'progress';
      /** Since `kanban run` began: entries landed, and runs that ended neither with a report nor because they were stopped. */
      readonly landed: number;
      readonly failed: number;
      /** Runs that are on. */
      readonly running: number;
      /** Entries in the merge queue; those that could start; that wait or are held; that need the user. */
      readonly queue: number;
      readonly ready: number;
      readonly waiting: number;
      readonly needs: number;
      /** Landings an hour since `kanban run` began; the first minute counts as a whole one. */
      readonly perHour: number;
      /** What agents have used today, as far as they report it. */
      readonly today: Usage;
    }
  /** Preflight has something to say that holds nothing. */
  | { readonly type: 'notice'; readonly message: string };

/** An event with its time (epoch ms), as kept in `.kanban/events.jsonl`. */
export type TimedEvent = KanbanEvent & { readonly at: number };
