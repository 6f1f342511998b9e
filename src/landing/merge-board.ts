import { isUtf8 } from 'node:buffer';
import { type BoardTexts, COLUMNS } from '../board/entry.ts';
import { mergeBoards, type Unclear } from '../board/merge/merge-boards.ts';
import { type BoardOptions, columnPath } from '../board/parse.ts';
import type { Repository } from '../git/git.ts';
import { readBaseHistory } from '../git/history/base-history.ts';
import { entryAt, readBlob, type TreeEdit } from '../git/objects/objects.ts';
import { HistoryFold } from '../pipeline/history.ts';
import type { Integration, IntegrationMerge } from './integration.ts';

interface MergedBoard {
  readonly edits: ReadonlyMap<string, TreeEdit>;
  readonly boardFiles: IntegrationMerge['boardFiles'];
  readonly texts: BoardTexts;
  readonly notes: readonly string[];
  readonly unclear: readonly Unclear[];
}

/** @returns paths: column files that can't be merged. */
export async function boardOf(repo: Repository, plan: Integration, mergeBase: string): Promise<MergedBoard | string[]> {
  const { ours, theirs, boardOptions } = plan;
  const boardFiles = new Map<string, Uint8Array | null>();
  const mine = await textsAt(repo, ours, boardOptions);
  if (plan.kind === 'upstream') return { edits: new Map(), boardFiles, texts: mine, notes: [], unclear: [] };
  const paths = COLUMNS.map((column) => columnPath(column, boardOptions));
  const unreadable: string[] = [];
  for (const path of paths) if (!(await areTexts(repo, [mergeBase, ours, theirs], path))) unreadable.push(path);
  if (unreadable.length > 0) return unreadable;
  const merged = mergeBoards(
    {
      base: await textsAt(repo, mergeBase, boardOptions),
      ours: mine,
      theirs: await textsAt(repo, theirs, boardOptions),
      goneOurs: await goneOn(repo, mergeBase, ours, plan.base),
      goneTheirs: await goneOn(repo, mergeBase, theirs, plan.base),
    },
    boardOptions,
  );
  if (!merged.ok) return merged.columns.map((column) => columnPath(column, boardOptions));
  const edits = new Map<string, TreeEdit>();
  for (const column of COLUMNS) {
    const path = columnPath(column, boardOptions);
    const text = merged.texts[column];
    edits.set(path, text === null ? null : Buffer.from(text));
    if (text !== mine[column]) boardFiles.set(path, text === null ? null : Buffer.from(text));
  }
  return { edits, boardFiles, texts: merged.texts, notes: merged.notes, unclear: merged.unclear };
}

/** Plain UTF-8 files, or none: a symbolic link, a folder or other bytes are nothing to merge by entries. */
export async function areTexts(repo: Repository, commits: readonly string[], path: string): Promise<boolean> {
  for (const commit of commits) {
    const entry = await entryAt(repo, commit, path);
    if (entry === null) continue;
    if (!entry.mode.startsWith('100') || !isUtf8((await readBlob(repo, commit, path)) ?? Buffer.from(''))) return false;
  }
  return true;
}

export async function textsAt(repo: Repository, commit: string, options: BoardOptions): Promise<BoardTexts> {
  const texts: Record<(typeof COLUMNS)[number], string | null> = {
    TODO: null,
    IN_PROGRESS: null,
    REVIEW: null,
    TESTING: null,
  };
  for (const column of COLUMNS)
    texts[column] = (await readBlob(repo, commit, columnPath(column, options)))?.toString() ?? null;
  return texts;
}

/** Ids that landed or were abandoned on one side since the merge base. */
async function goneOn(repo: Repository, mergeBase: string, side: string, base: string): Promise<ReadonlySet<string>> {
  const fold = new HistoryFold();
  for (const { sha, at, committer, trailers } of (
    await readBaseHistory(repo, { from: mergeBase, to: side, base })
  ).toReversed())
    fold.add({
      sha,
      at,
      committerEmail: committer.email,
      trailers: trailers.map(({ key, value }) => ({ name: key, value })),
    });
  return fold.gone;
}
