import { describe, expect, it } from 'vitest';
import { chooseView } from '../../../src/report/live/choose-view.ts';
import { createLiveView, type LiveOptions } from '../../../src/report/live/live.ts';
import { liveFrame } from '../../../src/report/live/live-frame.ts';
import { displayWidth } from '../../../src/report/width.ts';
import { clock, entry, minutes, NOW, run, sample, snapshot, stamp } from './board.ts';
import { Screen } from './screen.ts';

/** Virtual time: nothing in here waits. */
class Timers {
  now = NOW;
  #planned: { at: number; call: () => void }[] = [];

  readonly after: NonNullable<LiveOptions['after']> = (ms, call) => {
    const one = { at: this.now + ms, call };
    this.#planned.push(one);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== one);
    };
  };

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.#planned.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.#planned = this.#planned.filter((other) => other !== next);
      this.now = next.at;
      next.call();
    }
    this.now = until;
  }

  get planned(): number {
    return this.#planned.length;
  }
}

function live(screen = new Screen()): { view: ReturnType<typeof createLiveView>; screen: Screen; timers: Timers } {
  const timers = new Timers();
  return {
    view: createLiveView({ stdout: screen, now: () => timers.now, clock, stamp, colour: false, after: timers.after }),
    screen,
    timers,
  };
}

const landed = (id: string, at: number) =>
  ({ type: 'entry-landed', id, title: 'Drop lodash', commit: '3f2a9c1d', line: '', byHand: false, at }) as const;

describe('live view', () => {
  it('shows one line per entry in work, and what has happened above', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    view.event(landed('T-8', NOW));
    timers.pass(200);
    expect(screen.text).toMatchInlineSnapshot(`
      "14:20:00  T-8 landed (3f2a9c1): Drop lodash
      IN_PROGRESS  T-14  Rate-limit the login    task    claude  8m 59s left  edits src/auth/limit.ts
      REVIEW       T-12  Login crashes on an …   review  codex   rate-limited until 14:32 (no retry used)
      TESTING      T-11  Drop lodash             held            you have changed package.json
      TODO         5 ready · 2 wait for T-12 · 1 being edited
      needs you    T-9   tests failed twice: auth.test.ts expected 400, got 500
      main@3f2a9c1 · 2 of 6 runs · Ctrl-C: start nothing new
      "
    `);
  });

  it('counts down each second without an event', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    expect(screen.text).toContain('9m 00s left');
    timers.pass(1000);
    expect(screen.text).toContain('8m 59s left');
  });

  it('draws at most 8 frames a second, however much happens, and loses no event', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    for (let i = 0; i < 1000; i++) {
      view.event(landed(`T-${i}`, timers.now));
      view.snapshot(snapshot({ entries: [entry({ run: run({ last: `step ${i}` }) })] }));
      timers.pass(1);
    }
    timers.pass(200);
    expect(screen.writes.filter((text) => text.includes('step')).length).toBeLessThanOrEqual(10);
    expect(screen.text.match(/ T-\d+ landed/g)).toHaveLength(1000);
    expect(screen.text.split('\n').filter((line) => line.includes('step'))).toEqual([
      expect.stringContaining('step 999'),
    ]);
  });

  it('leaves only the events behind, the cursor below them, and writes nothing afterwards', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    view.event(landed('T-8', NOW));
    view.close();
    expect(screen.text).toBe('14:20:00  T-8 landed (3f2a9c1): Drop lodash\n');
    expect(screen.cursor).toBe('1:0');
    const written = screen.writes.length;
    view.event(landed('T-9', NOW));
    view.snapshot(sample());
    view.close();
    timers.pass(5000);
    expect(screen.writes).toHaveLength(written);
    expect(timers.planned).toBe(0);
    expect(screen.listeners.size).toBe(0);
  });

  it('never hides the cursor, so there is nothing to give back after kill -9', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    timers.pass(1000);
    view.close();
    expect(screen.writes.join('')).not.toContain('\u001b[?25l');
  });

  it('wipes the ^C that a terminal echoes', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    screen.write('^C');
    view.event({ type: 'stop-asked', now: false, runs: 2, at: NOW });
    view.snapshot({ ...sample(), mode: 'finish' });
    timers.pass(200);
    expect(screen.text).not.toContain('^C');
    expect(screen.text).toContain('ends when its runs have');
  });

  it('leaves nothing of the old frame when the window becomes narrower, and wider again', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    for (const columns of [60, 33, 120]) {
      screen.resize(columns);
      timers.pass(200);
      expect(screen.text.match(/main@3f2a9c1/g), `at ${columns}`).toHaveLength(1);
      expect(screen.text.match(/T-14/g), `at ${columns}`).toHaveLength(1);
    }
  });

  it('paints what landed and what the user should see, where colour is wanted', () => {
    const screen = new Screen();
    const view = createLiveView({ stdout: screen, now: () => NOW, clock, stamp, colour: true, after: () => () => {} });
    view.event(landed('T-8', NOW));
    view.close();
    expect(screen.writes.join('')).toContain('\u001b[32m14:20:00  T-8 landed');
  });

  it('leaves the terminal to another view, and shows afterwards what happened meanwhile', () => {
    const { view, screen, timers } = live();
    view.snapshot(sample());
    const goOn = view.standBy?.();
    const written = screen.writes.length;
    view.event(landed('T-8', NOW));
    view.snapshot({ ...sample(), mode: 'finish' });
    screen.resize(90);
    timers.pass(5000);
    expect(screen.writes).toHaveLength(written);
    goOn?.();
    expect(screen.text).toContain('T-8 landed');
    expect(screen.text.match(/main@3f2a9c1/g)).toHaveLength(1);
    const closed = view.standBy?.();
    view.close();
    const last = screen.writes.length;
    closed?.();
    expect(screen.writes).toHaveLength(last);
  });

  it('names the key of the board where it reads keys', () => {
    const size = { now: NOW, width: 100, height: 20, colour: false, clock };
    expect(liveFrame(sample(), { ...size, opensBoard: true }).at(-1)).toContain('i: the board · Ctrl-C');
    expect(liveFrame(sample(), { ...size, hint: 'q quits' }).at(-1)).toMatch(/runs · q quits$/);
  });

  it('draws nothing before the first snapshot', () => {
    const { view, screen, timers } = live();
    view.event(landed('T-8', NOW));
    timers.pass(3000);
    expect(screen.text).toBe('14:20:00  T-8 landed (3f2a9c1): Drop lodash\n');
  });
});

describe('live frame', () => {
  const many = snapshot({
    stops: ['a merge is open'],
    entries: Array.from({ length: 40 }, (_, index) =>
      entry({
        id: `T-${index}`,
        key: `T-${index}`,
        title: '世界 '.repeat(30),
        run: run({ taskId: `T-${index}`, last: 'x'.repeat(300) }),
      }),
    ),
  });

  it.each([
    [100, 30],
    [79, 10],
    [40, 5],
    [20, 3],
    [5, 1],
    [1, 1],
  ])('keeps to %i columns and %i lines', (width, height) => {
    for (const board of [many, sample()]) {
      const frame = liveFrame(board, { now: NOW, width, height, colour: false, clock });
      expect(frame.length).toBeLessThanOrEqual(height);
      expect(frame.length).toBeGreaterThan(0);
      for (const line of frame) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }
  });

  it('counts what it has no room for', () => {
    expect(liveFrame(many, { now: NOW, width: 100, height: 10, colour: false, clock }).join('\n')).toContain(
      '… 34 more: kanban status',
    );
  });

  it('keeps the first of those who need the user, and cuts none while the screen has room', () => {
    const entries = Array.from({ length: 30 }, (_, at) =>
      entry({ id: `T-${at + 1}`, column: 'REVIEW', state: 'needs-person', why: 'x', run: null }),
    );
    const shown = (height: number): string[] =>
      liveFrame(snapshot({ entries }), { now: NOW, width: 100, height, colour: false, clock });
    expect(shown(40).filter((line) => /T-\d+ +x/.test(line))).toHaveLength(30);
    const few = shown(20);
    expect(few).toHaveLength(20);
    expect(few[1]).toMatch(/^needs you +T-1 /);
    expect(few.slice(-2)[0]).toMatch(/^… \d+ more: kanban status$/);
  });

  it('shows the reasons of those who need the user in full while the screen has room, else cut at a word', () => {
    const why = 'the migration fails on an empty table, see the output of the tester below';
    const entries = ['T-1', 'T-2'].map((id) => entry({ id, column: 'REVIEW', state: 'needs-person', why }));
    const shown = (height: number): string[] =>
      liveFrame(snapshot({ entries }), { now: NOW, width: 50, height, colour: false, clock });
    expect(shown(20).join(' ').replaceAll(/\s+/g, ' ').split(why)).toHaveLength(3);
    expect(shown(4)).toMatchInlineSnapshot(`
      [
        "TODO         empty",
        "needs you    T-1   the migration fails on an…",
        "             T-2   the migration fails on an…",
        "main@3f2a9c1 · 0 of 6 runs · Ctrl-C: start…",
      ]
    `);
    expect(shown(6).join(' ').replaceAll(/\s+/g, ' ').split(why)).toHaveLength(2);
  });

  it('tells a run whose time is over', () => {
    const late = snapshot({ entries: [entry({ run: run({ deadlineAt: NOW - minutes(1) }) })] });
    expect(liveFrame(late, { now: NOW, width: 100, height: 10, colour: false, clock }).join('\n')).toContain('0s left');
  });
});

describe('the view is chosen', () => {
  const choose = (choice: { json: boolean; isTTY: boolean; term?: string }): string => {
    const screen = new Screen(1000);
    const view = chooseView({
      term: 'xterm',
      opensBoard: false,
      ...choice,
      stdout: screen,
      colour: false,
      now: () => NOW,
      clock,
      stamp,
    });
    view.snapshot(sample());
    view.event(landed('T-8', NOW));
    const text = screen.text;
    view.close();
    return text;
  };

  it('lines on a pipe and on a dumb terminal, JSON where asked, live on a terminal', () => {
    expect(choose({ json: false, isTTY: false })).toBe('14:20:00  T-8 landed (3f2a9c1): Drop lodash\n');
    expect(choose({ json: false, isTTY: true, term: 'dumb' })).toBe('14:20:00  T-8 landed (3f2a9c1): Drop lodash\n');
    expect(JSON.parse(choose({ json: true, isTTY: true }))).toMatchObject({ type: 'entry-landed', id: 'T-8' });
    expect(choose({ json: false, isTTY: true })).toContain('IN_PROGRESS  T-14');
  });
});
