import { useRef } from 'preact/hooks';
import { NOTE_PLACEHOLDER } from '../messages.ts';
import { Icon } from '../parts/icons.tsx';
import { api } from '../store/api.ts';
import { carryOut } from '../store/app.ts';

/** One line adds an entry to the end of TODO. */
export function NoteField() {
  const field = useRef<HTMLInputElement>(null);
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const input = field.current;
    const title = input?.value.trim() ?? '';
    if (input === null || title === '') return;
    input.disabled = true;
    const isDone = await carryOut(() => api.add([{ title }]));
    input.disabled = false;
    if (isDone) input.value = '';
    input.focus();
  };
  return (
    <form class="note-field" onSubmit={(event) => void add(event)}>
      <Icon name="plus" />
      <input
        ref={field}
        id="note"
        name="note"
        placeholder={NOTE_PLACEHOLDER}
        aria-label={NOTE_PLACEHOLDER}
        autocomplete="off"
      />
      <kbd>n</kbd>
    </form>
  );
}
