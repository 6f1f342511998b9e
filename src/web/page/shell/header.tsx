import {
  fitsText,
  LIVE_MORE,
  LIVE_WORD,
  READ_ONLY,
  READ_ONLY_MORE,
  SEARCH_HELP,
  SEARCH_PLACEHOLDER,
} from '../messages.ts';
import { hintFor } from '../keys/key-table.ts';
import { Icon } from '../parts/icons.tsx';
import { about, board, dialog, isReadOnly, live } from '../store/app.ts';
import { VIEWS, type View } from '../store/address.ts';
import { go, hrefTo, route } from '../store/route.ts';

export const VIEW_NAME: Readonly<Record<View, string>> = {
  board: 'Board',
  graph: 'Graph',
  queue: 'Queue',
  runs: 'Runs',
  metrics: 'Metrics',
};

export function Header() {
  return (
    <header class="top">
      <a class="brand" href={hrefTo({ view: 'board', entry: null })}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <rect x="1" y="2" width="4" height="12" rx="1" />
          <rect x="6" y="2" width="4" height="8" rx="1" />
          <rect x="11" y="2" width="4" height="5" rx="1" />
        </svg>
        <span>{about.value?.name ?? 'kanban'}</span>
      </a>
      <Views />
      <Search />
      {isReadOnly.value ? (
        <span class="chip" title={READ_ONLY_MORE}>
          {READ_ONLY}
        </span>
      ) : (
        <button type="button" class="add" onClick={() => (dialog.value = { kind: 'add' })} title={hintFor('add')}>
          <Icon name="plus" />
          <span>Add</span>
        </button>
      )}
      <Connection />
      <button
        type="button"
        class="quiet help"
        aria-label="Keys"
        title={hintFor('help')}
        onClick={() => (dialog.value = { kind: 'help' })}
      >
        ?
      </button>
    </header>
  );
}

export function Views() {
  const { view } = route.value;
  return (
    <nav class="views" aria-label="Views">
      {VIEWS.map((name) => (
        <a
          key={name}
          href={hrefTo({ view: name, entry: null, show: '' })}
          aria-current={view === name ? 'page' : undefined}
        >
          {VIEW_NAME[name]}
        </a>
      ))}
    </nav>
  );
}

function Search() {
  const { q } = route.value;
  const { all, fit } = board.count.value;
  return (
    <label class="search" title={SEARCH_HELP}>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        placeholder={SEARCH_PLACEHOLDER}
        aria-label={SEARCH_HELP}
        value={q}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => go({ q: currentTarget.value }, 'replace')}
      />
      {q === '' ? <kbd>/</kbd> : <span class="count">{fitsText(fit, all)}</span>}
    </label>
  );
}

function Connection() {
  const state = live.state.value;
  return (
    <span class={`live ${state}`} role="status" title={LIVE_MORE[state]}>
      <span class="dot" />
      {LIVE_WORD[state]}
    </span>
  );
}
