import type { Brief } from '../../contract/brief.ts';
import type { RunResult } from '../../contract/result.ts';
import type { Repository } from '../../git/git.ts';
import { changedFiles, compareHead, compareHidden, type ChangedFile } from './compare-checkout.ts';
import { compareRefs, type RestoredRef } from './compare-refs.ts';
import { compareStash } from './compare-stash.ts';
import type { SharedStateBefore } from './shared-state.ts';

/** A run that has ended, with the git commands of its trace. */
export interface EndedRunTrace {
  readonly brief: Brief;
  readonly result: RunResult;
  readonly commands: readonly (readonly string[])[];
}

/** What a run changed of it. */
export interface Compared {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly restored: readonly RestoredRef[];
  /** Files of the user's checkout that changed meanwhile, by whomever. */
  readonly files: readonly ChangedFile[];
  /** Only the user can decide what is to become of the branch. */
  readonly escalate: string | null;
}

/**
 * Compares, and restores what can be restored without touching the user's files. A change counts as the run's if git's own
 * trace or a reflog shows it: the user moves branches, stashes and commits while runs are active.
 */
export async function compareShared(
  repo: Repository,
  before: SharedStateBefore,
  run: EndedRunTrace,
): Promise<Compared> {
  const stash = await compareStash(repo, before, run);
  const refs = await compareRefs(repo, before, run);
  const hidden = compareHidden(repo, before, run);
  return {
    faults: [...stash.faults, ...(await compareHead(repo, before, run)), ...refs.faults, ...hidden.faults],
    notes: [...refs.notes, ...hidden.notes],
    restored: refs.restored,
    files: await changedFiles(repo, run),
    escalate: stash.escalate,
  };
}
