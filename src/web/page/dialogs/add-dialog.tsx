import { useState } from 'preact/hooks';
import type { NewEntry } from '../../../surfaces/board-types.ts';
import { ADD } from '../messages.ts';
import { api } from '../store/api.ts';
import { carryOut } from '../store/app.ts';
import { drafts } from '../store/drafts.ts';
import { submitOn } from './act-dialog.tsx';
import { closeDialog, Modal } from './modal.tsx';

const EMPTY = { title: '', text: '', criteria: '', depends: '', files: '', priority: '', paused: false };
type Fields = typeof EMPTY;
const DRAFT = 'add';

/** A whole entry: what is to be done, how it is judged, what it waits for. */
export function AddDialog() {
  const [fields, setFields] = useState<Fields>({ ...EMPTY, ...drafts.read<Fields>(DRAFT) });
  const [isBusy, setBusy] = useState(false);
  const set = (change: Partial<Fields>): void => {
    const next = { ...fields, ...change };
    setFields(next);
    drafts.write(DRAFT, next);
  };
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    if (await carryOut(() => api.add([entryOf(fields)]))) {
      drafts.drop(DRAFT);
      closeDialog();
    }
    setBusy(false);
  };
  return (
    <Modal title={ADD.title} size="wide">
      <form class="act add-entry" onSubmit={(event) => void add(event)}>
        <Texts fields={fields} set={set} />
        <Values fields={fields} set={set} />
        <footer>
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isBusy || fields.title.trim() === ''}>
            Add
          </button>
        </footer>
      </form>
    </Modal>
  );
}

interface PartProps {
  readonly fields: Fields;
  readonly set: (change: Partial<Fields>) => void;
}

/** What is to be done. */
const Texts = ({ fields, set }: PartProps) => (
  <>
    <label>
      {ADD.head}
      <input
        data-first
        required
        value={fields.title}
        autocomplete="off"
        onInput={({ currentTarget }) => set({ title: currentTarget.value })}
      />
    </label>
    <label>
      {ADD.text}
      <textarea
        rows={6}
        value={fields.text}
        onKeyDown={submitOn}
        onInput={({ currentTarget }) => set({ text: currentTarget.value })}
      />
    </label>
    <label>
      {ADD.criteria}
      <textarea
        rows={3}
        value={fields.criteria}
        onKeyDown={submitOn}
        onInput={({ currentTarget }) => set({ criteria: currentTarget.value })}
      />
    </label>
  </>
);

/** What the coordinator reads. */
const Values = ({ fields, set }: PartProps) => (
  <>
    <div class="fields">
      <label>
        {ADD.depends}
        <input
          placeholder="T-12, T-14"
          value={fields.depends}
          onInput={({ currentTarget }) => set({ depends: currentTarget.value })}
        />
      </label>
      <label>
        {ADD.files}
        <input
          placeholder="src/auth/**"
          value={fields.files}
          onInput={({ currentTarget }) => set({ files: currentTarget.value })}
        />
      </label>
      <label>
        {ADD.priority}
        <select value={fields.priority} onChange={({ currentTarget }) => set({ priority: currentTarget.value })}>
          <option value="P0">P0</option>
          <option value="P1">P1</option>
          <option value="">P2</option>
          <option value="P3">P3</option>
          <option value="P4">P4</option>
        </select>
      </label>
    </div>
    <label class="row">
      <input
        type="checkbox"
        checked={fields.paused}
        onChange={({ currentTarget }) => set({ paused: currentTarget.checked })}
      />
      {ADD.paused}
    </label>
  </>
);

const listed = (text: string, by: RegExp): string[] =>
  text
    .split(by)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function entryOf({ title, text, criteria, depends, files, priority, paused }: Fields): NewEntry {
  const [criteriaList, dependsList, filesList] = [
    listed(criteria, /\n/),
    listed(depends, /[,\s]+/),
    listed(files, /[,\s]+/),
  ];
  return {
    title: title.trim(),
    ...(text.trim() === '' ? {} : { text }),
    ...(criteriaList.length === 0 ? {} : { criteria: criteriaList }),
    ...(dependsList.length === 0 ? {} : { depends: dependsList }),
    ...(filesList.length === 0 ? {} : { files: filesList }),
    ...(priority === '' ? {} : { priority }),
    ...(paused ? { paused } : {}),
  };
}
