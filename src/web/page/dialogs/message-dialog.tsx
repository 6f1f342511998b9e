import { useState } from 'preact/hooks';
import { MESSAGE } from '../messages.ts';
import { api } from '../store/api.ts';
import { board, carryOut } from '../store/app.ts';
import { drafts } from '../store/drafts.ts';
import { submitOn } from './act-dialog.tsx';
import { closeDialog, Modal } from './modal.tsx';

/** A message for the agent of an entry: now, or for its next run. */
export function MessageDialog({ id }: { id: string }) {
  const key = `message ${id}`;
  const [text, setText] = useState(drafts.read<string>(key) ?? '');
  const [priority, setPriority] = useState('normal');
  const [isBusy, setBusy] = useState(false);
  const run = board.byId(id)?.entry.value.run ?? null;
  const hint = run === null ? MESSAGE.later : run.inject === 'live' ? MESSAGE.live : MESSAGE.resume;
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    if (await sendMessage(id, text, priority)) {
      drafts.drop(key);
      closeDialog();
    }
    setBusy(false);
  };
  return (
    <Modal title={MESSAGE.title(id)}>
      <form class="act" onSubmit={(event) => void send(event)}>
        <label>
          Message
          <textarea
            data-first
            rows={5}
            required
            value={text}
            onKeyDown={submitOn}
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              drafts.write(key, currentTarget.value);
            }}
          />
          <span class="hint">{hint}</span>
        </label>
        <label class="row">
          Priority
          <select value={priority} onChange={({ currentTarget }) => setPriority(currentTarget.value)}>
            <option>high</option>
            <option>normal</option>
            <option>low</option>
          </select>
        </label>
        <footer>
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isBusy || text.trim() === ''}>
            Send
          </button>
        </footer>
      </form>
    </Modal>
  );
}

/** @returns whether it was sent */
export const sendMessage = (id: string, text: string, priority = 'normal'): Promise<boolean> =>
  carryOut(async () => {
    const reply = await api.inject(id, text.trim(), priority);
    if (!reply.ok) return reply;
    return { ok: true, message: reply.delivered === true ? MESSAGE.sent : MESSAGE.kept };
  });
