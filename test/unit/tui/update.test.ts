import { describe, expect, it } from 'vitest';
import { boardLines, chosenEntry } from '../../../src/tui/entries.ts';
import { KEY_GROUPS } from '../../../src/tui/keys.ts';
import { withBoard } from '../../../src/tui/update/data.ts';
import { withText } from '../../../src/tui/update/input-key.ts';
import { mousePress } from '../../../src/tui/update/mouse.ts';
import { pasted } from '../../../src/tui/update/update.ts';
import type { TuiState } from '../../../src/tui/state.ts';
import { entry, run, sample, snapshot } from '../report/board.ts';
import { boardOf, press, shown } from './rig.ts';

const ids = (state: TuiState): (string | null)[] => boardLines(state).map(({ entry: { id } }) => id);
const chosenId = (state: TuiState): string | null => chosenEntry(state)?.id ?? null;

describe('the table of keys', () => {
  it('has every key once', () => {
    const keys = KEY_GROUPS.flatMap(({ rows }) => rows.flatMap((row) => row.keys));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the help', () => {
    for (const columns of [100, 200]) {
      const help = shown(press(boardOf(sample(), columns, 60), '?').state);
      for (const row of KEY_GROUPS.flatMap(({ rows }) => rows)) {
        expect(help).toContain(row.shown);
        expect(help).toContain(row.what);
      }
    }
  });
});

describe('the order of the board', () => {
  it('begins with what needs the user, then what is in work, then TODO', () => {
    expect(ids(boardOf())).toEqual([
      'T-9',
      'T-14',
      'T-12',
      'T-11',
      'T-20',
      'T-21',
      'T-22',
      'T-23',
      'T-24',
      'T-30',
      'T-31',
      'T-40',
    ]);
  });

  it('puts what is stuck or held next, on demand', () => {
    const stuck = { ...sample(), entries: [...sample().entries, entry({ id: 'T-50', run: run({ lost: true }) })] };
    expect(ids(press(boardOf(stuck), 'p').state).slice(0, 3)).toEqual(['T-9', 'T-11', 'T-50']);
  });

  it('is sorted by a column, and the other way round', () => {
    const byId = press(boardOf(), 's').state;
    expect(ids(byId).slice(0, 3)).toEqual(['T-9', 'T-11', 'T-12']);
    expect(ids(press(byId, 'S').state).slice(0, 3)).toEqual(['T-9', 'T-40', 'T-31']);
  });
});

describe('the chosen entry', () => {
  it('stays chosen where it moves to', () => {
    const chosen = press(boardOf(), 'jj').state;
    expect(chosenId(chosen)).toBe('T-12');
    const moved = sample();
    const entries = moved.entries.map((one) =>
      one.id === 'T-12' ? { ...one, column: 'TODO' as const, run: null } : one,
    );
    expect(chosenId(withBoard(chosen, { snapshot: { ...moved, entries }, problems: [] }))).toBe('T-12');
  });

  it('is the one in its place where it has gone, also at the end and on an empty board', () => {
    const without = (state: TuiState, gone: readonly (string | null)[]): TuiState =>
      withBoard(state, {
        snapshot: snapshot({ entries: sample().entries.filter(({ id }) => !gone.includes(id)) }),
        problems: [],
      });
    const second = press(boardOf(), 'jj').state;
    expect(chosenId(without(second, ['T-12']))).toBe('T-11');
    const last = press(boardOf(), 'G').state;
    expect(chosenId(without(last, ['T-40', 'T-31']))).toBe('T-30');
    expect(chosenId(without(last, ids(last)))).toBeNull();
    expect(shown(without(last, ids(last)))).toContain('The board is empty.');
  });
});

describe('the filter', () => {
  it('applies while it is typed; letters are letters, and arrows choose', () => {
    const { state } = press(boardOf(), '/q todo');
    expect(state.query).toBe('q todo');
    const todo = press(boardOf(), '/todo<down>').state;
    expect([ids(todo).length, chosenId(todo)]).toEqual([8, 'T-21']);
    expect(press(todo, '<enter>').state).toMatchObject({ input: null, query: 'todo' });
    expect(press(todo, '<escape>').state).toMatchObject({ input: null, query: '' });
    expect(press(boardOf(), '/a<backspace><backspace>').state).toMatchObject({ input: null, query: '' });
  });

  it('is chosen from what there is', () => {
    const { state } = press(boardOf(), 'fs<down><enter>');
    expect(state.query).toBe('state:ready');
    expect(ids(state)).toHaveLength(5);
    expect(shown(state)).toContain('filter state:ready (5 of 12)');
    expect(press(state, 'fc').state.query).toBe('');
  });
});

describe('actions', () => {
  it('ask why, show the command, and send the request that it sends', () => {
    const asked = press(boardOf(), 'rthe server was down').state;
    expect(shown(asked)).toContain("kanban retry T-9 --why 'the server was down'");
    const { state, effects } = press(asked, '<tab><enter>');
    expect(effects).toEqual([
      { type: 'request', request: { command: 'retry', taskId: 'T-9', why: 'the server was down', fixed: true } },
    ]);
    expect(state).toMatchObject({ input: null, isBusy: true });
  });

  it('are refused at once where they have no meaning', () => {
    expect(press(boardOf(), 'a')).toMatchObject({
      effects: [],
      state: { input: null, notice: { text: 'T-9 does not wait for approval', isBad: true } },
    });
    expect(press(boardOf(), 'jr').state.notice?.text).toContain('T-14 is not escalated');
  });

  it('that need a reason wait for it', () => {
    const { state, effects } = press(boardOf(), 'x<enter>');
    expect(effects).toEqual([]);
    expect(state.input?.kind).toBe('ask');
    expect(shown(state)).toContain('kanban abandon T-9 --why "…"');
  });

  it('name the text of the entry that the user has seen', () => {
    const entries = [entry({ was: 'abc', tags: ['APPROVE'], state: 'needs-person' })];
    const { effects } = press(boardOf(snapshot({ entries })), 'a<enter>');
    expect(effects).toEqual([
      { type: 'request', request: { command: 'approve', taskId: 'T-14', why: '', was: 'abc' } },
    ]);
  });

  it('change nothing while reading only, and the header says so', () => {
    const only = press(boardOf(), 'w').state;
    expect(shown(only)).toContain('READ ONLY');
    for (const key of ['r', 'x', 'm', 'i', 'e', 'n', ' ', 'u', 'd', 'R', 'a']) {
      const { state, effects } = press(only, `${key}<enter>`);
      expect([effects, state.input], key).toEqual([[], null]);
    }
    expect(press(only, 'wr').state.input?.kind).toBe('ask');
  });

  it('wait while the last one is carried out', () => {
    const busy = press(boardOf(), 'r<enter>').state;
    expect(press(busy, 'r').state).toMatchObject({ input: null, notice: { isBad: true } });
  });

  it('send a message, with its priority', () => {
    const { effects } = press(boardOf(), 'ji<tab>only the form<enter>');
    expect(effects).toEqual([{ type: 'inject', id: 'T-14', text: 'only the form', priority: 'high' }]);
  });

  it('take a text of several lines from the editor, or from a paste as one line', () => {
    const asked = press(boardOf(), 'i');
    const { effects } = press(asked.state, 'a<ctrl-e>');
    expect(effects).toEqual([{ type: 'edit-text', text: 'a' }]);
    const long = withText(asked.state, 'one\ntwo\n');
    expect(shown(long)).toContain('one … 2 lines');
    expect(press(long, '<enter>').effects).toEqual([
      { type: 'inject', id: 'T-9', text: 'one\ntwo', priority: 'normal' },
    ]);
    const once = pasted(asked.state, 'three\nfour').state;
    expect(press(once, '<enter>').effects).toMatchObject([{ text: 'three four' }]);
  });

  it('pause what works and resume what is paused', () => {
    expect(shown(press(boardOf(), ' ').state)).toContain('kanban pause T-9');
    const paused = snapshot({ entries: [entry({ tags: ['PAUSED'], state: 'needs-person' })] });
    expect(shown(press(boardOf(paused), ' ').state)).toContain('kanban resume T-14');
  });

  it('add an entry', () => {
    expect(press(boardOf(), 'nDrop lodash<enter>').effects).toEqual([{ type: 'add', title: 'Drop lodash', body: '' }]);
  });
});

describe('a move', () => {
  const carried = (keys: string): string => shown(press(boardOf(), `jjjjm${keys}`).state);

  it('carries the entry, says what it means, and shows the command', () => {
    const down = carried('<down>');
    expect(down).toContain('kanban move T-20 TODO --before T-22');
    expect(down).toMatch(/T-21[^]*>[^\n]*T-20[^]*T-22/);
    expect(down).toContain('another place in TODO');
    expect(carried('<down><up>')).toContain('it stands here already');
    expect(carried('G')).toContain('kanban move T-20 TODO --bottom');
    const across = carried('<right><right><right>');
    expect(across).toContain('kanban move T-20 TESTING --bottom');
    expect(across).toContain('this counts as your review');
  });

  it('is asked for by Enter only', () => {
    const { state } = press(boardOf(), 'jjjjm<down>');
    expect(press(state, '<escape>')).toMatchObject({ effects: [], state: { input: null } });
    expect(press(state, '<enter>').effects).toEqual([
      { type: 'request', request: { command: 'move', taskId: 'T-20', to: 'TODO', before: 'T-22' } },
    ]);
    expect(press(boardOf(), 'jjjjm<enter>').effects).toEqual([]);
  });

  it('ends where its entry has left the board meanwhile', () => {
    const { state } = press(boardOf(), 'jjjjm<down>');
    const entries = sample().entries.filter(({ id }) => id !== 'T-20');
    const next = withBoard(state, { snapshot: snapshot({ entries }), problems: [] });
    expect(next).toMatchObject({ input: null, notice: { isBad: true } });
  });
});

describe('panes and pages', () => {
  it('Esc goes back and never quits', () => {
    const { state, effects } = press(boardOf(), '2<enter><escape><escape><escape>');
    expect(effects).toEqual([]);
    expect(state).toMatchObject({ page: null, focus: 'board' });
  });

  it('q quits, Ctrl-C too, Ctrl-Z suspends', () => {
    expect(press(boardOf(), 'q<ctrl-c><ctrl-z>').effects).toEqual([
      { type: 'quit' },
      { type: 'interrupt' },
      { type: 'suspend' },
    ]);
  });

  it('refresh as often as is wanted, within limits', () => {
    expect(press(boardOf(), '++++').state.refreshMs).toBe(250);
    expect(press(boardOf(), '-------').state.refreshMs).toBe(10_000);
  });

  it('a page keeps to its end, and a log that is at its end follows it', () => {
    expect(press(boardOf(sample(), 80, 24), '?G').state.page).toEqual({ kind: 'help', top: 100 - 20 });
    const log = press(boardOf(sample(), 80, 24), 't').state;
    expect(log.page).toEqual({ kind: 'log', top: null });
    expect(press(log, 'k').state.page).toEqual({ kind: 'log', top: 79 });
    expect(press(log, 'kj').state.page).toEqual({ kind: 'log', top: null });
  });
});

describe('the mouse', () => {
  const at = (state: TuiState, text: string): { x: number; y: number } => {
    const lines = shown(state).split('\n');
    const y = lines.findIndex((line) => line.includes(text));
    return { x: lines[y]?.indexOf(text) ?? -1, y };
  };

  it('chooses, and opens what is chosen already', () => {
    const state = boardOf();
    const once = mousePress(state, { kind: 'click', ...at(state, 'T-11') }, 0).state;
    expect(chosenId(once)).toBe('T-11');
    const twice = mousePress(once, { kind: 'click', ...at(once, 'T-11') }, 0).state;
    expect(twice.page).toEqual({ kind: 'entry', id: 'T-11', top: 0 });
  });

  it('scrolls what is under it, sorts by a head, and gives a pane the focus', () => {
    const state = boardOf();
    expect(chosenId(mousePress(state, { kind: 'wheel-down', x: 5, y: 5 }, 0).state)).toBe('T-11');
    expect(mousePress(state, { kind: 'click', ...at(state, 'title') }, 0).state.sort).toBe('title');
    expect(mousePress(state, { kind: 'click', ...at(state, '3 History') }, 0).state.focus).toBe('history');
    expect(mousePress(state, { kind: 'click', x: 999, y: 0 }, 0).state).toEqual(state);
  });
});
