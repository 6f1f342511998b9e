import { signal, useComputed, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import { rowOf } from '../../../report/rows.ts';
import type { Entry } from '../../api-types.ts';
import { hintFor } from '../keys/key-table.ts';
import { ENTRY, STATE_WORD, TABS_LABEL } from '../messages.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { Icon, StateIcon } from '../parts/icons.tsx';
import { shareOf } from '../parts/share.ts';
import { lazy } from '../parts/lazy.tsx';
import { api, ApiError } from '../store/api.ts';
import { board, clock, dialog, isReadOnly, now } from '../store/app.ts';
import { TABS, type Tab } from '../store/address.ts';
import { closeEntry, hrefTo, route } from '../store/route.ts';
import { actionsFor, type EntryAction } from './actions.ts';
import { HistoryTab } from './history-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { RunsTab } from './runs-tab.tsx';
import { TextTab } from './text-tab.tsx';

const DiffTab = lazy(async () => (await import('../diff/diff-tab.tsx')).DiffTab);

const TAB_NAME: Readonly<Record<Tab, string>> = {
  text: 'Text',
  runs: 'Runs',
  diff: 'Diff',
  log: 'Log',
  history: 'History',
};

/** ms: several changes of an entry in a row are read once. */
const SETTLE_MS = 120;

/** The entry that is open: beside the board, on a phone over it. */
export function EntryPanel() {
  const open = route.value.entry;
  return open === null ? null : <Panel key={open.id} id={open.id} tab={open.tab} />;
}

interface Loaded {
  readonly entry: Entry | null;
  readonly error: ApiError | null;
}

function Panel({ id, tab }: { id: string; tab: Tab }) {
  const ref = useRef<HTMLElement>(null);
  const loaded = useLoaded(id);
  const { entry, error } = loaded.value;
  const held = useComputed(() => (board.version.value >= 0 ? board.byId(id) : null));
  const onBoard = held.value?.entry.value ?? null;
  useLayoutEffect(() => ref.current?.focus({ preventScroll: true }), []);
  return (
    <aside class="panel" aria-label={id} ref={ref} tabIndex={-1}>
      <Head id={id} tab={tab} entry={entry} onBoard={onBoard} />
      <div class={`content tab-${tab}`} tabIndex={-1}>
        {error !== null && (
          <p class="refused">
            {error.message} {error.fix}
          </p>
        )}
        {entry === null && error === null && <p class="waiting">{ENTRY.loading}</p>}
        {entry !== null && <Content entry={entry} tab={tab} />}
      </div>
    </aside>
  );
}

interface HeadProps {
  readonly id: string;
  readonly tab: Tab;
  readonly entry: Entry | null;
  /** null: it is not on the board. */
  readonly onBoard: SnapshotEntry | null;
}

function Head({ id, tab, entry, onBoard }: HeadProps) {
  return (
    <header>
      <div class="line">
        <span class="id">{id}</span>
        {onBoard !== null && <Standing entry={onBoard} />}
        {onBoard === null && entry !== null && (
          <span class="standing">{entry.place === 'CHANGELOG' ? 'landed' : 'abandoned'}</span>
        )}
        <span class="gap" />
        <button type="button" class="quiet" aria-label="Close" title="Close (Esc)" onClick={closeEntry}>
          <Icon name="close" />
        </button>
      </div>
      <h2>{onBoard?.title ?? entry?.title ?? id}</h2>
      {onBoard !== null && <Depends entry={onBoard} />}
      {onBoard !== null && !isReadOnly.value && <Actions entry={onBoard} id={id} />}
      <Tabs id={id} tab={tab} runs={entry?.runs.length ?? 0} />
    </header>
  );
}

const Tabs = ({ id, tab, runs }: { id: string; tab: Tab; runs: number }) => (
  <nav class="tabs" aria-label={TABS_LABEL}>
    {TABS.map((name) => (
      <a key={name} href={hrefTo({ entry: { id, tab: name } })} aria-current={tab === name ? 'page' : undefined}>
        {TAB_NAME[name]}
        {name === 'runs' && runs > 0 && <span class="count">{runs}</span>}
      </a>
    ))}
  </nav>
);

function Content({ entry, tab }: { entry: Entry; tab: Tab }) {
  switch (tab) {
    case 'runs':
      return <RunsTab entry={entry} />;
    case 'diff':
      return <DiffTab entry={entry} />;
    case 'log':
      return <LogTab entry={entry} />;
    case 'history':
      return <HistoryTab entry={entry} />;
    default:
      return <TextTab entry={entry} />;
  }
}

/** Where it stands and why, as its row says it. */
function Standing({ entry }: { entry: SnapshotEntry }) {
  const row = useComputed(() => rowOf(entry, { now: now.value, clock, time: 'spent' }));
  const share = useComputed(() => shareOf(entry.run, now.value));
  const { doing, agent, time } = row.value;
  const words =
    entry.run === null ? STATE_WORD[entry.state] : [doing, agent, time].filter((part) => part !== '').join(' ');
  return (
    <>
      <span class={`standing s-${entry.state}`}>
        <StateIcon state={entry.run === null ? entry.state : 'running'} share={share.value} />
        {words}
      </span>
      <span class="place">{entry.column.replace('_', ' ')}</span>
      {entry.tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
    </>
  );
}

function Depends({ entry }: { entry: SnapshotEntry }) {
  const { depends } = entry;
  if (depends.length === 0) return null;
  return (
    <p class="depends">
      <Icon name="link" /> depends on
      {depends.map(({ id, state }) => (
        <a key={id} href={hrefTo({ entry: { id, tab: 'text' } })} class={`dep ${state}`}>
          <span class="id">{id}</span> {state}
        </a>
      ))}
    </p>
  );
}

const isResolving = ({ isFirst, name }: EntryAction): boolean => isFirst || name === 'fixed';

function Actions({ entry, id }: { entry: SnapshotEntry; id: string }) {
  const actions = actionsFor(entry);
  const first = actions.filter(isResolving);
  const rest = actions.filter((action) => !isResolving(action));
  const open = (kind: 'move' | 'link' | 'message' | 'edit') => (): void => void (dialog.value = { kind, id });
  return (
    <div class="actions">
      {first.map((action) => (
        <ActionButton key={action.name} id={id} action={action} />
      ))}
      <button type="button" onClick={open('message')} title={hintFor('comment')}>
        Message…
      </button>
      <button type="button" onClick={open('move')} title={hintFor('move')}>
        Move…
      </button>
      <button type="button" onClick={open('edit')} title={hintFor('edit')}>
        Edit…
      </button>
      <button type="button" onClick={open('link')} title={hintFor('link')}>
        Link…
      </button>
      <span class="rest">
        {rest.map((action) => (
          <ActionButton key={action.name} id={id} action={action} />
        ))}
      </span>
    </div>
  );
}

/** All of an entry, read again whenever it changes on the board. */
function useLoaded(id: string): Signal<Loaded> {
  const loaded = useRef(signal<Loaded>({ entry: null, error: null })).current;
  const held = useComputed(() => (board.version.value >= 0 ? board.byId(id) : null));
  const seen = held.value?.entry.value ?? null;
  // What its run does changes every second; nothing else of the entry does with it.
  const mark =
    seen === null
      ? 'off'
      : [seen.was, seen.column, seen.state, seen.why, seen.run?.id, seen.messages, seen.tags.join()].join(' ');
  useEffect(() => {
    const stop = new AbortController();
    const read = (): void => {
      api.entry(id, stop.signal).then(
        (entry) => (loaded.value = { entry, error: null }),
        (error: unknown) => {
          if (error instanceof ApiError) loaded.value = { entry: loaded.value.entry, error };
        },
      );
    };
    const timer = setTimeout(read, loaded.value.entry === null ? 0 : SETTLE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [id, mark]);
  return loaded;
}
