import { useState } from 'preact/hooks';
import type { Entry } from '../../api-types.ts';
import { sendMessage } from '../dialogs/message-dialog.tsx';
import { actionsFor } from '../entry/actions.ts';
import { REVIEW } from '../messages.ts';
import { api } from '../store/api.ts';
import { carryOut, isReadOnly } from '../store/app.ts';
import { reviewText, type LineComment } from './review.ts';

/** The comments so far as one review: a message to the agent, the reason of a retry, or of sending the entry back. */
export function ReviewBar({
  entry,
  comments,
  onSent,
}: {
  entry: Entry;
  comments: readonly LineComment[];
  onSent: () => void;
}) {
  const [isBusy, setBusy] = useState(false);
  if (isReadOnly.value || entry.entry === null) return null;
  if (comments.length === 0) return <p class="review-bar hint">{REVIEW.hint}</p>;
  const { id } = entry;
  const text = reviewText(comments);
  const isEscalated = actionsFor(entry.entry).some(({ name }) => name === 'retry');
  const isBehind = entry.entry.column === 'REVIEW' || entry.entry.column === 'TESTING';
  const send = async (work: () => Promise<boolean>): Promise<void> => {
    setBusy(true);
    if (await work()) onSent();
    setBusy(false);
  };
  /** The task agent gets the comments with its next run. */
  const sendBack = async (): Promise<boolean> =>
    (await sendMessage(id, text, 'high')) &&
    carryOut(() => api.request({ command: 'move', taskId: id, why: REVIEW.sendBack.toLowerCase(), to: 'IN_PROGRESS' }));
  return (
    <div class="review-bar">
      <b>{REVIEW.count(comments.length)}</b>
      <span class="gap" />
      <button type="button" class="quiet" disabled={isBusy} onClick={onSent}>
        {REVIEW.discard}
      </button>
      <button type="button" disabled={isBusy} onClick={() => void send(() => sendMessage(id, text))}>
        {REVIEW.send}
      </button>
      {isBehind && !isEscalated && (
        <button type="button" class="main" disabled={isBusy} onClick={() => void send(sendBack)}>
          {REVIEW.sendBack}
        </button>
      )}
      {isEscalated && (
        <button
          type="button"
          class="main"
          disabled={isBusy}
          onClick={() => void send(() => carryOut(() => api.request({ command: 'retry', taskId: id, why: text })))}
        >
          {REVIEW.retry}
        </button>
      )}
    </div>
  );
}
