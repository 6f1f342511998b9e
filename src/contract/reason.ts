import type { Column } from '../board/entry.ts';
import type { Role } from '../workflow/roles.ts';

/** Why an entry stands where it stands, as data: stable JSON. `report/reason.ts` has the sentence for each code. */
export type Reason =
  /** It needs nothing. */
  | { readonly code: 'parked' | 'ready' | 'lands' | 'being-edited' }
  | { readonly code: 'run-active'; readonly role: Role }
  /** `kanban run` was started for other entries only. */
  | { readonly code: 'not-chosen' }
  | { readonly code: 'run-stopping' | 'run-lost' | 'run-ended' | 'command-pending' | 'no-free-place' }
  /** `wip` allows no more entries there. */
  | { readonly code: 'column-full'; readonly column: Column }
  /** The run belongs to another machine or container. */
  | { readonly code: 'foreign-run'; readonly run: string }
  /** The user moved the entry: its run no longer counts. */
  | { readonly code: 'entry-moved'; readonly to: Column }
  | { readonly code: 'waits-for-entries'; readonly ids: readonly string[] }
  /** `result`: the result of its run waits as well. */
  | { readonly code: 'paused'; readonly result: boolean }
  | { readonly code: 'escalated'; readonly feedback: string | null }
  | { readonly code: 'waits-for-approval' }
  /** What the coordinator is doing about it in this tick. */
  | {
      readonly code:
        | 'asking-for-approval'
        | 'numbering'
        | 'restoring-branch'
        | 'removing-landed-branch'
        | 'closing-merged'
        | 'freed'
        | 'clearing-verdicts'
        | 'returned-to-todo'
        | 'landing-reverted'
        | 'tested-unknown'
        | 'reviewed-unknown'
        | 'branch-moved'
        | 'message-waits'
        | 'moved-to-testing';
    }
  /** Nothing is committed on its branch, or there is no branch. */
  | {
      readonly code: 'nothing-to-judge';
      readonly stage: 'review' | 'test';
      readonly branch: string;
      readonly exists: boolean;
    }
  | { readonly code: 'worktree-elsewhere'; readonly id: string }
  /** Another entry's agent committed outside its branch. */
  | { readonly code: 'outside-commit'; readonly id: string }
  /** `text`: what its provider answered; '' = nothing. */
  | { readonly code: 'provider'; readonly text: string }
  | { readonly code: 'agent-not-started'; readonly agent: string; readonly text: string }
  | { readonly code: 'agent-probing'; readonly agent: string }
  | { readonly code: 'run-restarts'; readonly cause: 'lost' | 'not-started'; readonly text: string }
  /** `used`: as text, `$20.10 of $20.00`. */
  | { readonly code: 'entry-cap'; readonly id: string; readonly used: string }
  /** `most`: runs that `caps.entry_runs` allows. */
  | { readonly code: 'entry-runs'; readonly id: string; readonly runs: number; readonly most: number }
  | { readonly code: 'day-cap'; readonly used: string }
  /** An action failed when it was tried last. */
  | { readonly code: 'action-failed'; readonly text: string; readonly fix: string | null }
  /** Found by others, in their words. */
  | {
      readonly code: 'problem' | 'preflight' | 'agent-unavailable' | 'landings-held' | 'merge-queue';
      readonly text: string;
    };
