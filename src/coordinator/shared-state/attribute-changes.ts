import type { Repository } from '../../git/git.ts';
import { tracedCommands } from '../../runner/git/git-trace.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import * as messages from './messages.ts';
import { keepShared } from './restore-shared.ts';
import type { RunFindings } from './run-findings.ts';
import {
  commandFor,
  describe,
  isBreaking,
  isByHookManager,
  isDangerous,
  isHarmless,
  isReplaced,
  isTraced,
  type SharedChange,
} from './shared-changes.ts';
import type { SharedFiles } from './shared-files.ts';

export interface Attributed {
  readonly change: SharedChange;
  /** Says it of the runs that it may be of. @param failed why it could not be restored; null = it is */
  readonly report: (failed: string | null) => void;
}

export interface AttributionInput {
  /** Runs that may have made the changes. */
  readonly active: readonly RunRecord[];
  readonly before: SharedFiles;
  readonly now: SharedFiles;
}

/** Finds the runs that each change may be of, and notes changes that stay. @returns those that are to be restored. */
export function attributeChanges(
  repo: Repository,
  changes: readonly SharedChange[],
  { active, before, now }: AttributionInput,
  findings: RunFindings,
): Attributed[] {
  const commands = new Map(active.map((record) => [record, tracedCommands(record.brief)]));
  return changes.flatMap((change): Attributed[] => {
    if (isHarmless(change)) return [];
    const owners = active.filter((record) => isTraced(change, commands.get(record) ?? []));
    const file = now.get(change.file);
    // A git command that no run gave: the user's own. Written in place, it may be anybody's.
    const isUsers = owners.length === 0 && change.key !== null && isReplaced(before.get(change.file), file);
    if (owners.length === 0 && !(isUsers ? isBreaking(change) : isDangerous(change))) {
      findings.note(active, messages.changeLeft(describe(change)));
      return [];
    }
    const kept = change.key === null ? file : undefined;
    const command = commandFor(change) ?? (kept === undefined ? null : keepShared(repo, change.file, kept));
    const isToolsOrUsers = isUsers || isByHookManager(change, file);
    const report = (failed: string | null): void => {
      const text = messages.changeUndone(describe(change), failed, command);
      const candidates = owners.length > 0 ? owners : active;
      const isCertain = owners.length > 0 || candidates.length === 1;
      if (isToolsOrUsers || !isCertain) findings.note(active, text);
      else for (const record of candidates) findings.fault(record, text);
    };
    return [{ change, report }];
  });
}
