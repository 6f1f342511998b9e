import { askAbout, askFor } from '../ask.ts';
import type { ActionName } from '../actions.ts';
import { actionNamed } from '../actions.ts';
import { carryOf } from '../carry.ts';
import { chosenEntry } from '../entries.ts';
import { effectOf, type Command } from '../keys.ts';
import { editorWith } from '../line-editor.ts';
import * as messages from '../messages.ts';
import { PANES, REFRESH_STEPS, SORTS, type Pane, type TuiState } from '../state.ts';
import { fileLines } from '../view/files-pane.ts';
import { historyOf } from '../view/history-pane.ts';
import { settled } from './data.ts';
import { pageKey } from './page-key.ts';
import { movedBy, movedTo, paneHeight } from './scroll.ts';
import { noted, refused, step, withPage, type Step } from './step.ts';

/** A key while nothing is asked. @param pageLines of the page that is shown */
export function browseKey(state: TuiState, key: string, pageLines: number): Step {
  const effect = effectOf(key);
  if (effect === null) return step(state);
  const { command, row } = effect;
  const clean = state.notice === null ? state : { ...state, notice: null };
  if (row.changes === true && clean.isReadOnly) return refused(clean, messages.READ_ONLY);
  return pageKey(clean, command, pageLines) ?? COMMANDS[command](clean);
}

const focused = (state: TuiState, focus: Pane): TuiState => ({
  ...state,
  focus,
  page: null,
  recent: [focus, ...state.recent.filter((pane) => pane !== focus)],
});

const focusAt = (index: number) => (state: TuiState) =>
  step(focused(state, PANES[(index + PANES.length) % PANES.length] ?? 'board'));

const toggledOrder = (state: TuiState, change: Partial<TuiState>, words: string): Step =>
  step(noted(settled({ ...state, ...change }), words));

function open(state: TuiState): Step {
  const { focus } = state;
  if (focus === 'history') {
    const ended = historyOf(state)[state.cursors.history.index];
    return ended === undefined ? step(state) : step(withPage(state, { kind: 'entry', id: ended.id, top: 0 }));
  }
  const id = chosenEntry(state)?.id ?? null;
  if (focus === 'files') {
    const file = fileLines(state)[state.cursors.files.index];
    if (id === null || file === undefined) return step(state);
    // What the active run edits now is not committed: all of the work is shown.
    const path = file.by === 'now' ? null : file.path;
    const page = { kind: 'diff', id, file: path, top: 0 } as const;
    return step({ ...withPage(state, page), diff: null }, { type: 'load-diff', id, file: path });
  }
  if (focus === 'queue' || focus === 'metrics') return step(withPage(state, { kind: focus, top: 0 }));
  if (focus === 'log') return step(withPage(state, { kind: 'log', top: null }));
  return id === null ? refused(state, messages.NO_ID_YET) : step(withPage(state, { kind: 'entry', id, top: 0 }));
}

/** The entry that an action is about: the chosen one; on its page, that of the page. */
function acted(state: TuiState) {
  const { page, snapshot } = state;
  if (page?.kind !== 'entry' && page?.kind !== 'diff') return chosenEntry(state);
  return snapshot?.entries.find(({ id }) => id === page.id) ?? null;
}

function asks(action: ActionName): (state: TuiState) => Step {
  return (state) => {
    if (state.isBusy) return refused(state, messages.BUSY);
    const entry = acted(state);
    if (entry === null) return refused(state, messages.NOTHING_CHOSEN);
    if (entry.id === null) return refused(state, messages.NO_ID_YET);
    const refusal = actionNamed(action).refusal(entry);
    if (refusal !== null) return refused(state, refusal);
    const known = state.entry?.id === entry.id ? (state.entry.branch?.tip ?? null) : undefined;
    return step({ ...state, input: { kind: 'ask', ask: askFor(action, entry, known) } });
  };
}

function undo(state: TuiState): Step {
  const { page, focus, cursors } = state;
  const shown = page?.kind === 'entry' ? historyOf(state).find(({ id }) => id === page.id) : undefined;
  const ended = shown ?? (focus === 'history' ? historyOf(state)[cursors.history.index] : undefined);
  if (ended?.how !== 'landed') return refused(state, messages.NOT_LANDED);
  return step({ ...state, input: { kind: 'ask', ask: askAbout('undo', ended.id) } });
}

function carry(state: TuiState): Step {
  const entry = acted(state);
  if (state.snapshot === null || entry === null) return refused(state, messages.NOTHING_CHOSEN);
  if (entry.id === null) return refused(state, messages.NO_ID_YET);
  const hasWork = state.entry?.id === entry.id ? (state.entry.branch?.commits.length ?? 0) > 0 : null;
  const input = { kind: 'carry', carry: carryOf(state.snapshot, entry, hasWork) } as const;
  return step({ ...focused(state, 'board'), input });
}

function refreshed(state: TuiState, by: 1 | -1): Step {
  const at = REFRESH_STEPS.findIndex((ms) => ms === state.refreshMs) + by;
  const refreshMs = REFRESH_STEPS[Math.max(0, Math.min(REFRESH_STEPS.length - 1, at))] ?? state.refreshMs;
  return step(noted({ ...state, refreshMs }, messages.refreshes(String(refreshMs / 1_000))));
}

function sorted(state: TuiState): Step {
  const sort = SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'board';
  return toggledOrder(state, { sort, isReversed: false }, messages.sortedBy(sort));
}

const move = (by: (state: TuiState) => number) => (state: TuiState) => step(movedBy(state, state.focus, by(state)));

const COMMANDS: Readonly<Record<Command, (state: TuiState) => Step>> = {
  'pane-1': focusAt(0),
  'pane-2': focusAt(1),
  'pane-3': focusAt(2),
  'pane-4': focusAt(3),
  'pane-5': focusAt(4),
  'pane-6': focusAt(5),
  'next-pane': (state) => focusAt(PANES.indexOf(state.focus) + 1)(state),
  'previous-pane': (state) => focusAt(PANES.indexOf(state.focus) - 1)(state),
  down: move(() => 1),
  up: move(() => -1),
  'page-down': move((state) => paneHeight(state, state.focus)),
  'page-up': move((state) => -paneHeight(state, state.focus)),
  first: (state) => step(state.focus === 'log' ? movedTo(state, 'log', Infinity) : movedTo(state, state.focus, 0)),
  last: (state) => step(state.focus === 'log' ? movedTo(state, 'log', 0) : movedTo(state, state.focus, Infinity)),
  open,
  back: (state) => step(state.page === null ? focused(state, 'board') : withPage(state, null)),
  filter: (state) =>
    step({
      ...focused(state, 'board'),
      input: { kind: 'filter', editor: editorWith(state.query), before: state.query },
    }),
  'filter-by': (state) => step({ ...focused(state, 'board'), input: { kind: 'filter-by' } }),
  problems: (state) =>
    toggledOrder(
      state,
      { problemsFirst: !state.problemsFirst },
      state.problemsFirst ? messages.BOARD_ORDER : messages.PROBLEMS_FIRST,
    ),
  sort: sorted,
  reverse: (state) => step(settled({ ...state, isReversed: !state.isReversed })),
  carry,
  approve: asks('approve'),
  retry: asks('retry'),
  rescope: asks('rescope'),
  deprioritize: asks('deprioritize'),
  abandon: asks('abandon'),
  undo,
  pause: (state) => asks(acted(state)?.tags.includes('PAUSED') === true ? 'resume' : 'pause')(state),
  inject: asks('inject'),
  attach: (state) => step(withPage(state, { kind: 'log', top: null })),
  edit: (state) => {
    const id = acted(state)?.id ?? null;
    return id === null ? refused(state, messages.NOTHING_CHOSEN) : step(state, { type: 'edit-entry', id });
  },
  add: (state) => step({ ...state, input: { kind: 'ask', ask: askFor('add', null) } }),
  faster: (state) => refreshed(state, -1),
  slower: (state) => refreshed(state, 1),
  'read-only': (state) =>
    step(
      noted(
        { ...state, isReadOnly: !state.isReadOnly },
        state.isReadOnly ? messages.CHANGES_AGAIN : messages.READS_ONLY,
      ),
    ),
  redraw: (state) => step(state, { type: 'redraw' }),
  help: (state) => step(withPage(state, { kind: 'help', top: 0 })),
  quit: (state) => step(state, { type: 'quit' }),
  suspend: (state) => step(state, { type: 'suspend' }),
  interrupt: (state) => step(state, { type: 'interrupt' }),
};
