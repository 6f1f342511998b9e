import { useLayoutEffect, useRef } from 'preact/hooks';
import { px } from '../parts/virtual-list.tsx';

/** A comment while it is written; it becomes a part of the review with Ctrl+Enter or its button, Esc leaves it as it was. */
export function CommentEditor({
  height,
  first,
  onKeep,
}: {
  height: number;
  first: string;
  onKeep: (text: string) => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  const keep = (): void => onKeep(field.current?.value ?? '');
  return (
    <div class="d-editor" style={{ height: px(height) }}>
      <textarea
        ref={field}
        rows={3}
        aria-label="Comment"
        defaultValue={first}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onKeep('');
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) keep();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span class="actions">
        <button type="button" onClick={() => onKeep('')}>
          Cancel
        </button>
        <button type="button" class="main" onClick={keep}>
          Comment
        </button>
      </span>
    </div>
  );
}
