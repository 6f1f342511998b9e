import { signal } from '@preact/signals';
import { actionsFor } from '../entry/actions.ts';
import { moreNeeding, STATE_WORD } from '../messages.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { StateIcon } from '../parts/icons.tsx';
import { board, isReadOnly } from '../store/app.ts';
import type { Held } from '../store/board-store.ts';
import { hrefTo, openEntry } from '../store/route.ts';

/** As many as do not push the board out of sight. */
const FEW = 3;
const showsAll = signal(false);

/** What waits for the user, before all else, each with what resolves it. */
export function NeedsYou() {
  const needing = board.needing.value;
  if (needing.length === 0) return null;
  const isMany = needing.length > FEW;
  const shown = isMany && !showsAll.value ? needing.slice(0, FEW) : needing;
  return (
    <section class="needs" aria-labelledby="needs-you">
      <h2 id="needs-you">
        {STATE_WORD['needs-person']} <span class="count">{needing.length}</span>
      </h2>
      <ul>
        {shown.map((held) => (
          <Need key={held.name} held={held} />
        ))}
      </ul>
      {isMany && (
        <button
          type="button"
          class="quiet more"
          aria-expanded={showsAll.value}
          onClick={() => (showsAll.value = !showsAll.value)}
        >
          {showsAll.value ? 'fewer' : moreNeeding(needing.length - FEW)}
        </button>
      )}
    </section>
  );
}

function Need({ held }: { held: Held }) {
  const entry = held.entry.value;
  const { id, title, why, tags } = entry;
  const shown = actionsFor(entry).slice(0, tags.includes('ESCALATED') ? 3 : 1);
  return (
    <li>
      <a
        class="need"
        href={hrefTo(id === null ? {} : { entry: { id, tab: 'text' } })}
        onClick={(event) => {
          if (id === null || event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          openEntry(id);
        }}
      >
        <StateIcon state="needs-person" />
        <span class="id">{id}</span>
        {tags
          .filter((tag) => tag !== 'RETRY')
          .map((tag) => (
            <span key={tag} class="tag">
              {tag}
            </span>
          ))}
        <span class="title">{title}</span>
        <span class="why" title={why}>
          {why}
        </span>
      </a>
      {!isReadOnly.value && id !== null && (
        <span class="actions">
          {shown.map((action) => (
            <ActionButton key={action.name} id={id} action={action} />
          ))}
        </span>
      )}
    </li>
  );
}
