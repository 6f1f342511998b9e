import { useEffect, useMemo, useState } from 'preact/hooks';
import type { EntryDiff } from '../../../surfaces/board-types.ts';
import type { Entry } from '../../api-types.ts';
import { ENTRY } from '../messages.ts';
import { api } from '../store/api.ts';
import { sayError } from '../store/app.ts';
import { drafts } from '../store/drafts.ts';
import { DiffRows } from './diff-rows.tsx';
import { FilePatches } from './file-patches.ts';
import { inOrder, type LineComment } from './review.ts';
import { ReviewBar } from './review-bar.tsx';

/** What its branch changes: the files, and their patches as they come into sight; comments on lines make one review. */
export function DiffTab({ entry }: { entry: Entry }) {
  const [diff, setDiff] = useState<EntryDiff | null>(null);
  const [target, setTarget] = useState<{ readonly file: string } | null>(null);
  const key = `review ${entry.id}`;
  const [comments, setComments] = useState<readonly LineComment[]>(drafts.read<LineComment[]>(key) ?? []);
  const tip = `${entry.branch?.tip ?? ''} ${entry.place}`;
  useEffect(() => {
    api.diff(entry.id, undefined, 0).then(setDiff, sayError);
  }, [entry.id, tip]);
  const patches = useMemo(() => (diff === null ? null : new FilePatches(entry.id)), [diff]);
  if (diff === null || patches === null) return <p class="hint">{ENTRY.loading}</p>;
  if (diff.files.length === 0) return <p class="hint">{ENTRY.noDiff}</p>;
  const write = (next: readonly LineComment[]): void => {
    const ordered = inOrder(
      next,
      diff.files.map(({ path }) => path),
    );
    setComments(ordered);
    if (ordered.length === 0) drafts.drop(key);
    else drafts.write(key, ordered);
  };
  return (
    <div class="diff">
      <Files diff={diff} onPick={(file) => setTarget({ file })} />
      <DiffRows diff={diff} patches={patches} target={target} comments={comments} onComments={write} />
      <ReviewBar entry={entry} comments={comments} onSent={() => write([])} />
    </div>
  );
}

function Files({ diff: { files }, onPick }: { diff: EntryDiff; onPick: (file: string) => void }) {
  const sum = (of: 'added' | 'removed'): number => files.reduce((total, file) => total + (file[of] ?? 0), 0);
  return (
    <details class="files" open={files.length <= 8}>
      <summary>
        {files.length === 1 ? '1 file' : `${files.length} files`} <ins>+{sum('added')}</ins>{' '}
        <del>−{sum('removed')}</del>
      </summary>
      <ul>
        {files.map(({ path, from, added, removed, uncommitted }) => (
          <li key={path}>
            <button type="button" onClick={() => onPick(path)}>
              <span class="path" title={from === null ? path : `${from} → ${path}`}>
                <bdi>{path}</bdi>
              </span>
              {uncommitted && <span class="tag">not committed</span>}
              <span class="changes">
                {added === null ? (
                  'binary'
                ) : (
                  <>
                    <ins>+{added}</ins> <del>−{removed}</del>
                  </>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
