import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import { git, mustGit } from './runner-git.ts';
import { removeSpecialFilesBelow } from './special-files.ts';

/** One path that differs from HEAD. */
export interface Change {
  readonly path: string;
  /** `changed`: tracked in HEAD. `added`: new, but in the index. `untracked`: new. `unmerged`: in conflict. */
  readonly kind: 'changed' | 'added' | 'untracked' | 'unmerged';
}

/** A worktree in one look. */
export interface WorktreeState {
  /** HEAD's commit; null on an unborn branch. */
  readonly head: string | null;
  /** Short name of HEAD's branch; null when detached. */
  readonly branch: string | null;
  readonly changes: readonly Change[];
  /** What is in progress, by its git command; null if nothing. */
  readonly operation: Operation | null;
}

export type Operation = 'merge' | 'rebase' | 'am' | 'cherry-pick' | 'revert' | 'bisect';

/** ms after which git is suspected to hang on something that an agent put where it looks for a file. */
const SUSPICIOUS = 5_000;

/** Reads the worktree with one git process. */
export async function readWorktree(brief: Brief): Promise<WorktreeState> {
  const args = [
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--untracked-files=all',
    '--no-ahead-behind',
    '--no-renames',
    '--ignore-submodules=none',
  ];
  const first = await git(brief, args, { timeout: SUSPICIOUS });
  if (first.code !== 0) removeSpecialFilesBelow(brief.worktree);
  const text = first.code === 0 ? first.stdout : await mustGit(brief, args);
  return { ...parseStatus(text), operation: operationIn(brief.gitDir) };
}

export const shortName = (ref: string): string => ref.replace(/^refs\/heads\//, '');

function parseStatus(text: string): Omit<WorktreeState, 'operation'> {
  const headers = new Map<string, string>();
  const changes: Change[] = [];
  for (const record of text.split('\0')) {
    const header = /^# (\S+) (.*)$/s.exec(record);
    if (header) headers.set(header[1] ?? '', header[2] ?? '');
    else {
      const change = parseChange(record);
      if (change) changes.push(change);
    }
  }
  const head = headers.get('branch.oid') ?? '(initial)';
  const branch = headers.get('branch.head') ?? '(detached)';
  return {
    head: head === '(initial)' ? null : head,
    branch: branch === '(detached)' ? null : branch,
    changes,
  };
}

/** `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`: git-status(1), porcelain v2. */
function parseChange(record: string): Change | null {
  if (record.startsWith('? ')) return { path: record.slice(2), kind: 'untracked' };
  if (record.startsWith('u ')) return { path: rest(record, 10), kind: 'unmerged' };
  if (!record.startsWith('1 ')) return null;
  return { path: rest(record, 8), kind: record[2] === 'A' || record.startsWith('1 .A') ? 'added' : 'changed' };
}

function rest(record: string, fields: number): string {
  let at = 0;
  for (let field = 0; field < fields; field += 1) at = record.indexOf(' ', at) + 1;
  return record.slice(at);
}

function operationIn(gitDir: string): Operation | null {
  const has = (name: string): boolean => existsSync(join(gitDir, name));
  if (has('rebase-apply/applying')) return 'am';
  if (has('rebase-merge') || has('rebase-apply')) return 'rebase';
  if (has('MERGE_HEAD')) return 'merge';
  if (has('CHERRY_PICK_HEAD') || has('sequencer/todo')) return has('REVERT_HEAD') ? 'revert' : 'cherry-pick';
  if (has('REVERT_HEAD')) return 'revert';
  return has('BISECT_LOG') ? 'bisect' : null;
}
