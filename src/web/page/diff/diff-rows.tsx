import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { EntryDiff } from '../../../surfaces/board-types.ts';
import { withKeys } from '../keys/handle-keys.ts';
import { commentOnLine, ENTRY } from '../messages.ts';
import { px } from '../parts/virtual-list.tsx';
import { isReadOnly } from '../store/app.ts';
import { CommentEditor } from './comment-editor.tsx';
import {
  commentOn,
  HEIGHT,
  heightOf,
  isAt,
  isFileStep,
  itemsOf,
  lastAtOrBelow,
  moved,
  topsOf,
  type Item,
  type Line,
} from './diff-items.ts';
import type { FilePatches } from './file-patches.ts';
import type { LineComment } from './review.ts';

interface RowsProps {
  readonly diff: EntryDiff;
  readonly patches: FilePatches;
  /** Scrolled to; a new object each time it is asked for. */
  readonly target: { readonly file: string } | null;
  readonly comments: readonly LineComment[];
  readonly onComments: (comments: readonly LineComment[]) => void;
}

const BEYOND_PX = 600;

/** All rows of all files as one list, of which only what is in sight is drawn. */
export function DiffRows({ diff, patches, target, comments, onComments }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const [cursor, setCursor] = useState<Line | null>(null);
  const [editing, setEditing] = useState<Line | null>(null);
  const version = patches.version.value;
  const items = useMemo(() => itemsOf(diff, patches, comments, editing), [diff, version, comments, editing]);
  const tops = useMemo(() => topsOf(items), [items]);
  const total = tops.at(-1) ?? 0;
  useSeen(scroller, setSeen);
  const first = Math.max(0, lastAtOrBelow(tops, seen.top - BEYOND_PX));
  const last = Math.min(items.length, lastAtOrBelow(tops, seen.top + seen.height + BEYOND_PX) + 1);
  const shown = items.slice(first, last);
  useEffect(() => {
    for (const item of shown) if (item.kind === 'waits') patches.ask(item.file);
  });
  const scrollTo = (index: number, isAtTop: boolean): void => {
    const element = scroller.current;
    const top = tops[index];
    if (element === null || top === undefined) return;
    if (isAtTop || top < element.scrollTop + HEIGHT.file) element.scrollTop = isAtTop ? top : top - HEIGHT.file;
    else if (top + 40 > element.scrollTop + element.clientHeight) element.scrollTop = top + 40 - element.clientHeight;
  };
  useLayoutEffect(() => {
    if (target !== null)
      scrollTo(
        items.findIndex((item) => item.kind === 'file' && item.file === target.file),
        true,
      );
  }, [target]);
  useLineKeys({ items, cursor, setCursor, setEditing, scrollTo });
  const keep = (text: string): void => {
    if (editing !== null && text.trim() !== '')
      onComments([...comments.filter((one) => !isAt(one, editing)), commentOn(editing, text)]);
    setEditing(null);
    scroller.current?.focus();
  };
  return (
    <div class="diff-rows" ref={scroller} tabIndex={0} aria-label={`Changes of ${diff.id}`} role="region">
      <div class="all" style={{ height: px(total) }}>
        <div class="shown" style={{ transform: `translateY(${tops[first - 1] ?? 0}px)` }}>
          {shown.map((item, index) => (
            <Row
              key={first + index}
              item={item}
              isPicked={item === cursor}
              first={comments.find((one) => item.kind === 'editor' && isAt(one, item.line))?.text ?? ''}
              onPick={setCursor}
              onEdit={setEditing}
              onDrop={(comment) => onComments(comments.filter((one) => one !== comment))}
              onKeep={keep}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface LineKeys {
  readonly items: readonly Item[];
  readonly cursor: Line | null;
  readonly setCursor: (line: Line) => void;
  readonly setEditing: (line: Line) => void;
  readonly scrollTo: (index: number, isAtTop: boolean) => void;
}

/** From line to line, from file to file, and a comment on the picked line. */
function useLineKeys({ items, cursor, setCursor, setEditing, scrollTo }: LineKeys): void {
  useEffect(() =>
    withKeys('diff', (command) => {
      const next = moved(items, cursor, command);
      if (next !== null) {
        setCursor(next.line);
        scrollTo(next.index, isFileStep(command));
        return true;
      }
      if (command !== 'comment-line' || cursor === null || isReadOnly.value)
        return command === 'down' || command === 'up';
      setEditing(cursor);
      return true;
    }),
  );
}

interface RowProps {
  readonly item: Item;
  readonly isPicked: boolean;
  /** What the editor begins with. */
  readonly first: string;
  readonly onPick: (line: Line) => void;
  readonly onEdit: (line: Line) => void;
  readonly onDrop: (comment: LineComment) => void;
  readonly onKeep: (text: string) => void;
}

function Row({ item, isPicked, first, onPick, onEdit, onDrop, onKeep }: RowProps) {
  const style = { height: px(heightOf(item)) };
  switch (item.kind) {
    case 'file':
      return (
        <h3 class="d-file" style={style}>
          <bdi>{item.file}</bdi>
        </h3>
      );
    case 'waits':
      return (
        <p class="d-note" style={style}>
          {ENTRY.loading}
        </p>
      );
    case 'note':
    case 'hunk':
      return (
        <p class={`d-${item.kind}`} style={style}>
          {item.text}
        </p>
      );
    case 'comment':
      return (
        <div class="d-comment" style={style}>
          <p>{item.comment.text}</p>
          <button type="button" class="quiet" onClick={() => onDrop(item.comment)}>
            Remove
          </button>
        </div>
      );
    case 'editor':
      return <CommentEditor height={HEIGHT.editor} first={first} onKeep={onKeep} />;
    default:
      return (
        <div class={`d-line ${SIGN[item.sign]}${isPicked ? ' picked' : ''}`} style={style} onClick={() => onPick(item)}>
          {!isReadOnly.value && (
            <button
              type="button"
              class="d-add"
              tabIndex={-1}
              aria-label={commentOnLine(item.now ?? item.old)}
              onClick={() => onEdit(item)}
            >
              +
            </button>
          )}
          <span class="no">{item.old ?? ''}</span>
          <span class="no">{item.now ?? ''}</span>
          <span class="sign">{item.sign}</span>
          <code>{item.code}</code>
        </div>
      );
  }
}

const SIGN = { '+': 'added', '-': 'removed', ' ': 'same' } as const;

function useSeen(
  scroller: { readonly current: HTMLDivElement | null },
  setSeen: (seen: { top: number; height: number }) => void,
): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, []);
}
