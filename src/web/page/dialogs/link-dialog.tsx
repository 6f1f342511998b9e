import type { Ref } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import { dependencyPath, withDependency } from '../entry/dependency.ts';
import { LINK } from '../messages.ts';
import { StateIcon } from '../parts/icons.tsx';
import { api } from '../store/api.ts';
import { board, carryOut } from '../store/app.ts';
import { fits, haystackOf, parseQuery } from '../../../report/search/search-query.ts';
import { walk } from './move-dialog.tsx';
import { closeDialog, Modal } from './modal.tsx';

const MAX_SHOWN = 50;

/** Chooses what an entry depends on. A cycle is refused with its path. */
export function LinkDialog({ id }: { id: string }) {
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const query = parseQuery(typed);
  const entries = board.entries;
  const choices = entries.filter(
    (entry) => entry.id !== null && entry.id !== id && fits(query, entry, haystackOf(entry)),
  );
  const link = async (on: string): Promise<void> => {
    const refused = refusalOf(id, on);
    setRefusal(refused);
    if (refused !== null) return;
    const isDone = await carryOut(async () => {
      const { text, was } = await api.entry(id);
      const reply = await api.request({
        command: 'edit',
        taskId: id,
        why: '',
        text: withDependency(text ?? '', on),
        was: was ?? '',
      });
      return reply.ok ? { ok: true, message: LINK.linked(id, on) } : reply;
    });
    if (isDone) closeDialog();
  };
  const enter = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') list.current?.querySelector('button')?.focus();
    else if (event.key === 'Enter' && choices[0] !== undefined) void link(choices[0].id ?? '');
    else return;
    event.preventDefault();
  };
  return (
    <Modal title={LINK.title(id)}>
      <div class="link">
        <input
          data-first
          type="search"
          value={typed}
          aria-label={LINK.title(id)}
          placeholder="T-12"
          autocomplete="off"
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={enter}
        />
        <p class={refusal === null ? 'hint' : 'refused'} role="status">
          {refusal ?? LINK.hint}
        </p>
        <Choices list={list} entries={choices.slice(0, MAX_SHOWN)} onPick={(on) => void link(on)} />
      </div>
    </Modal>
  );
}

function refusalOf(id: string, on: string): string | null {
  const depends = board.byId(id)?.entry.peek().depends ?? [];
  if (depends.some((one) => one.id === on)) return LINK.already(on);
  const path = dependencyPath(board.entries, on, id);
  return path === null ? null : LINK.cycle([id, ...path]);
}

interface ChoicesProps {
  readonly list: Ref<HTMLUListElement>;
  readonly entries: readonly SnapshotEntry[];
  readonly onPick: (id: string) => void;
}

const Choices = ({ list, entries, onPick }: ChoicesProps) => (
  <ul class="choices" ref={list} onKeyDown={walk}>
    {entries.map((entry) => (
      <li key={entry.key}>
        <button type="button" onClick={() => onPick(entry.id ?? '')}>
          <StateIcon state={entry.state} />
          <b>{entry.id}</b>
          <span>{entry.title}</span>
        </button>
      </li>
    ))}
  </ul>
);
