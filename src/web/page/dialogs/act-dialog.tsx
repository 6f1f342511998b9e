import { useEffect, useState } from 'preact/hooks';
import type { BoardRequest } from '../../../surfaces/board-types.ts';
import type { Entry } from '../../api-types.ts';
import { commandOf, type EntryAction } from '../entry/actions.ts';
import { ACTION_MORE, WHY } from '../messages.ts';
import { CopyCommand } from '../parts/copy-command.tsx';
import { api } from '../store/api.ts';
import { carryOut, sayError } from '../store/app.ts';
import { closeDialog, Modal } from './modal.tsx';

/** Asks why, shows the command that does the same, and carries it out. @param why what the field begins with */
export function ActDialog({ id, action, why: first = '' }: { id: string; action: EntryAction; why?: string }) {
  const [why, setWhy] = useState(first);
  const [isBusy, setBusy] = useState(false);
  const seen = useSeen(id, action.name === 'approve');
  const request = requestOf(id, action, why, seen);
  const isReady =
    !isBusy && (action.why !== 'needed' || why.trim() !== '') && (action.name !== 'approve' || seen !== null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    setBusy(true);
    if (await carryOut(() => api.request(request))) closeDialog();
    setBusy(false);
  };
  return (
    <Modal title={`${action.label} ${id}`}>
      <form class="act" onSubmit={(event) => void send(event)}>
        <p>{ACTION_MORE[action.name]}</p>
        {seen !== null && action.name === 'approve' && (
          <p class="tip">{seen.branch === null ? WHY.noTip : WHY.tip(seen.branch.tip, seen.branch.commits.length)}</p>
        )}
        {action.why !== 'none' && (
          <label>
            {WHY.label}
            <textarea
              data-first
              rows={3}
              value={why}
              required={action.why === 'needed'}
              onInput={({ currentTarget }) => setWhy(currentTarget.value)}
              onKeyDown={submitOn}
            />
            <span class="hint">{action.name === 'abandon' ? WHY.hintHistory : WHY.hintRun}</span>
          </label>
        )}
        <div class="same">
          <span class="hint">{WHY.command}</span>
          <CopyCommand command={commandOf(request)} />
        </div>
        <footer>
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button
            type="submit"
            class={`main${action.name === 'abandon' ? ' danger' : ''}`}
            disabled={!isReady}
            data-first={action.why === 'none' ? '' : undefined}
          >
            {action.label}
          </button>
        </footer>
      </form>
    </Modal>
  );
}

/** Ctrl+Enter in a text sends its form. */
export function submitOn(event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
}

function requestOf(id: string, { name, command }: EntryAction, why: string, seen: Entry | null): BoardRequest {
  const reason = why.trim();
  return {
    command,
    taskId: id,
    why: reason,
    ...(name === 'fixed' ? { fixed: true } : {}),
    ...(name === 'approve' && seen !== null ? { tip: seen.branch?.tip ?? null } : {}),
  };
}

/** What an approval is about: the branch as the user sees it now. */
function useSeen(id: string, isAsked: boolean): Entry | null {
  const [seen, setSeen] = useState<Entry | null>(null);
  useEffect(() => {
    if (isAsked) api.entry(id).then(setSeen, sayError);
  }, [id, isAsked]);
  return seen;
}
