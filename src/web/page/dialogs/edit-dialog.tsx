import { useEffect, useState } from 'preact/hooks';
import { EDIT, ENTRY } from '../messages.ts';
import { Html } from '../parts/trusted.tsx';
import { api } from '../store/api.ts';
import { say, sayError } from '../store/app.ts';
import { drafts } from '../store/drafts.ts';
import { submitOn } from './act-dialog.tsx';
import { closeDialog, Modal } from './modal.tsx';

/** What is being written, and the text that it was made from. */
interface Draft {
  readonly text: string;
  readonly was: string;
}

/** The whole text of an entry. If it has changed meanwhile, nothing is written: both texts are shown. */
export function EditDialog({ id }: { id: string }) {
  const { draft, write, isOld, present, isBusy, save, finish, takeTheirs, keepMine } = useEdit(id);
  const [preview, setPreview] = useState<string | null>(null);
  const show = async (): Promise<void> =>
    setPreview(preview === null ? (await api.render(draft?.text ?? '')).html : null);
  return (
    <Modal title={`Edit ${id}`} size="wide">
      {draft === null ? (
        <p>{ENTRY.loading}</p>
      ) : (
        <form
          class="act edit"
          onSubmit={(event) => {
            event.preventDefault();
            void save(draft);
          }}
        >
          {present !== null && (
            <Conflict
              present={present}
              onTheirs={() => void takeTheirs().catch(sayError)}
              onMine={() => void keepMine().catch(sayError)}
            />
          )}
          {preview === null ? (
            <textarea
              data-first
              class="code"
              aria-label={`Text of ${id}`}
              value={draft.text}
              onKeyDown={submitOn}
              onInput={({ currentTarget }) => write({ ...draft, text: currentTarget.value })}
            />
          ) : (
            <Html html={preview} class="preview" />
          )}
          <p class="hint">{isOld ? ENTRY.draft : EDIT.hint}</p>
          <footer>
            <button type="button" class="left" onClick={() => void show().catch(sayError)}>
              {preview === null ? 'Preview' : 'Write'}
            </button>
            <button type="button" onClick={finish}>
              Discard
            </button>
            <button type="submit" class="main" disabled={isBusy}>
              Save
            </button>
          </footer>
        </form>
      )}
    </Modal>
  );
}

/** The text as it is being edited; nothing is written over a change that was not seen. */
function useEdit(id: string) {
  const key = `edit ${id}`;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isOld, setOld] = useState(false);
  const [present, setPresent] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const write = (next: Draft): void => {
    setDraft(next);
    drafts.write(key, next);
  };
  const load = async (): Promise<Draft> => {
    const { text, was } = await api.entry(id);
    return { text: text ?? '', was: was ?? '' };
  };
  useEffect(() => {
    const kept = drafts.read<Draft>(key);
    setOld(kept !== null);
    if (kept !== null) setDraft(kept);
    else load().then(setDraft, sayError);
  }, []);
  const finish = (): void => {
    drafts.drop(key);
    closeDialog();
  };
  const save = async ({ text, was }: Draft): Promise<void> => {
    setBusy(true);
    try {
      const reply = await api.request({ command: 'edit', taskId: id, why: '', text, was });
      if (reply.ok) finish();
      if (!reply.ok && reply.text !== undefined) setPresent(reply.text);
      else say(reply.message, { isBad: !reply.ok, fix: reply.fix ?? null });
    } catch (error) {
      sayError(error);
    }
    setBusy(false);
  };
  const takeTheirs = async (): Promise<void> => {
    const now = await load();
    write(now);
    setPresent(null);
  };
  const keepMine = async (): Promise<void> => {
    if (draft === null) return;
    const { was } = await load();
    setPresent(null);
    await save({ ...draft, was });
  };
  return { draft, write, isOld, present, isBusy, save, finish, takeTheirs, keepMine };
}

interface ConflictProps {
  readonly present: string;
  readonly onTheirs: () => void;
  readonly onMine: () => void;
}

/** Somebody else has changed the entry: the user decides, and nothing is lost. */
const Conflict = ({ present, onTheirs, onMine }: ConflictProps) => (
  <div class="conflict" role="alert">
    <p>{EDIT.changed}</p>
    <h3>{EDIT.present}</h3>
    <pre tabIndex={0}>{present}</pre>
    <span class="actions">
      <button type="button" onClick={onTheirs}>
        {EDIT.useTheirs}
      </button>
      <button type="button" onClick={onMine}>
        {EDIT.keepMine}
      </button>
    </span>
  </div>
);
