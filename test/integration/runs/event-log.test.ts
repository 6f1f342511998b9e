import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../../rig/child-program.ts';
import { runs } from '../../rig/runs.ts';
import { until } from '../../rig/waiting.ts';
import type { TimedEvent } from '../../../src/contract/event.ts';
import { SharedEvents } from '../../../src/coordinator/publish/shared-events.ts';
import {
  appendEvent,
  endOfEvents,
  placeAfter,
  readEvents,
  startOfEvents,
  type LoggedEvent,
} from '../../../src/runs/event-log.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-events-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const notice = (at: number, message = `number ${at}`): TimedEvent => ({ type: 'notice', at, message });
const times = (list: readonly { readonly event: TimedEvent }[]): number[] => list.map(({ event }) => event.at);

describe('the log of events', () => {
  it('is empty where there is none', () => {
    expect(readEvents(root, startOfEvents(root))).toEqual({ events: [], next: { file: 1, offset: 0 }, missed: false });
  });

  it('names each line by its file and offset; what is no event, or half written, is skipped', () => {
    appendEvent(root, notice(1, 'ünïcode'));
    appendFileSync(join(root, '.kanban/events.jsonl'), 'no event\n{"type":"notice"}\n');
    appendEvent(root, notice(2));
    appendFileSync(join(root, '.kanban/events.jsonl'), '{"type":"notice","at":3');
    const { events, next } = readEvents(root, startOfEvents(root));
    expect(times(events)).toEqual([1, 2]);
    expect(events[0]!.id).toBe('events-1:0');
    appendFileSync(join(root, '.kanban/events.jsonl'), ',"message":"whole now"}\n');
    expect(times(readEvents(root, next).events)).toEqual([3]);
    expect(times(readEvents(root, placeAfter(root, events[0]!.id)!).events)).toEqual([2, 3]);
  });

  it('keeps four files; ids stay the same when a file is renamed; an id whose file is gone is reported', () => {
    for (let at = 1; at <= 60; at++) appendEvent(root, notice(at), 800);
    const names = readdirSync(join(root, '.kanban'));
    expect(names).toHaveLength(4);
    const all: number[] = [];
    for (let place = startOfEvents(root); ;) {
      const { events, next, missed } = readEvents(root, place);
      expect(missed).toBe(false);
      if (events.length === 0) break;
      for (const { id, event } of events) {
        all.push(event.at);
        expect(readEvents(root, placeAfter(root, id)!).events[0]?.event.at).toBe(
          event.at === 60 ? undefined : event.at + 1,
        );
      }
      place = next;
    }
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => 61 - all.length + index));
    const lost = readEvents(root, placeAfter(root, 'events-1:0')!);
    expect(lost.missed).toBe(true);
    expect(times(lost.events)[0]).toBe(all[0]);
    expect(placeAfter(root, 'events-1')).toBeNull();
  });

  it('keeps fewer bytes at the next event when the setting is lowered', () => {
    for (let at = 1; at <= 200; at++) appendEvent(root, notice(at), 8_000);
    const sizes = (): number[] =>
      readdirSync(join(root, '.kanban')).map((name) => statSync(join(root, '.kanban', name)).size);
    expect(sizes()).toHaveLength(4);
    appendEvent(root, notice(201), 3_000);
    expect(sizes().reduce((total, size) => total + size, 0)).toBeLessThanOrEqual(3_000);
    const { events } = readEvents(root, startOfEvents(root));
    expect(events.length).toBeGreaterThan(0);
  });

  it('reports an offset that is no beginning of a line', () => {
    appendEvent(root, notice(1));
    appendEvent(root, notice(2));
    expect(readEvents(root, { file: 1, offset: 7 })).toMatchObject({ missed: true });
    expect(readEvents(root, { file: 9, offset: 0 })).toMatchObject({ missed: true });
  });

  it('a reader misses nothing and reads nothing twice, whenever it reads', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
        rmSync(join(root, '.kanban'), { recursive: true, force: true });
        const read: number[] = [];
        let [at, place] = [0, startOfEvents(root)];
        const look = (): void => {
          for (let more = true; more;) {
            const { events, next } = readEvents(root, place);
            read.push(...times(events));
            place = next;
            more = events.length > 0;
          }
        };
        for (const writes of [...steps, false])
          if (writes) appendEvent(root, notice(++at), 1600);
          else look();
        // Up to four files are kept: this many lines always are.
        expect(read.slice(-4)).toEqual(Array.from({ length: at }, (_, index) => index + 1).slice(-4));
        expect(read).toEqual([...new Set(read)].toSorted((a, b) => a - b));
      }),
      { numRuns: runs(40) },
    );
  });
});

describe('several processes at one log', () => {
  const WRITERS = 3;
  const EACH = 300;
  /** Appends events with its own number; waits until all writers are there. */
  const WRITER = `
    import { existsSync, writeFileSync } from 'node:fs';
    import { appendEvent } from '../../../src/runs/event-log.ts';
    const [root, name, keep] = process.argv.slice(2);
    writeFileSync(root + '/ready-' + name, '');
    while (!existsSync(root + '/go'));
    for (let at = 1; at <= ${EACH}; at++) appendEvent(root, { type: 'notice', at, message: name }, Number(keep));
  `;

  async function write(keep: number, meanwhile: () => void = () => {}): Promise<void> {
    const program = buildProgram(WRITER, join(root, 'writer.mjs'));
    const names = Array.from({ length: WRITERS }, (_, index) => `w${index}`);
    const ended = names.map((name) => promisify(execFile)(process.execPath, [program, root, name, String(keep)]));
    let isOver = false;
    const over = Promise.all(ended).finally(() => (isOver = true));
    await until(() => isOver || names.every((name) => existsSync(join(root, `ready-${name}`))));
    writeFileSync(join(root, 'go'), '');
    while (!isOver) {
      meanwhile();
      await new Promise(setImmediate);
    }
    await over;
  }

  it('no full file replaces another one: each event of the files that are left is there once, in order', async () => {
    await write(4 * 2_000);
    const numbers = readdirSync(join(root, '.kanban'))
      .flatMap((name) => /^events-(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b);
    expect(numbers).toHaveLength(3);
    // About 50 bytes a line: a file that was replaced would leave a lower number.
    const lines = WRITERS * EACH;
    const bytes = numbers.map((number) => readFileSync(join(root, `.kanban/events-${number}.jsonl`)).length);
    expect(Math.min(...bytes)).toBeGreaterThan(2_000);
    expect(numbers.at(-1)! * Math.max(...bytes)).toBeGreaterThan(lines * 40 - 2_100);
    const { events } = readAll();
    for (let index = 0; index < WRITERS; index++) {
      const own = events.filter(({ event }) => event.type === 'notice' && event.message === `w${index}`);
      expect(times(own)).toEqual(Array.from({ length: own.length }, (_, at) => EACH - own.length + 1 + at));
    }
  });

  it('a reader beside them reads no event twice, and misses none', async () => {
    const read: string[] = [];
    let place = startOfEvents(root);
    let missed = false;
    const look = (): void => {
      const found = readEvents(root, place);
      missed ||= found.missed;
      place = found.next;
      read.push(...found.events.map(({ event }) => `${event.type === 'notice' ? event.message : ''} ${event.at}`));
    };
    // Three files and the current one hold them all.
    await write(((WRITERS * EACH * 50) / 3) * 4, look);
    for (let before = -1; before !== read.length;) {
      before = read.length;
      look();
    }
    expect(missed).toBe(false);
    expect(new Set(read).size).toBe(read.length);
    // A process that had opened the file before it was renamed may write its line when the reader has passed on.
    expect(read.length).toBeGreaterThan(WRITERS * (EACH - 1));
  });

  it('a file whose writer was killed before the old name was removed is read once, and rotated when it has grown on', () => {
    appendEvent(root, notice(1));
    linkSync(join(root, '.kanban/events.jsonl'), join(root, '.kanban/events-1.jsonl'));
    appendEvent(root, notice(2), 40);
    expect(times(readAll().events)).toEqual([1, 2]);
    expect(readEvents(root, startOfEvents(root)).events[0]!.id).toBe('events-1:0');
    appendFileSync(join(root, '.kanban/events.jsonl'), `${' '.repeat(5 * 1024 * 1024)}\n`);
    appendEvent(root, notice(3), 40);
    expect(readFileSync(join(root, '.kanban/events.jsonl'), 'utf8')).toBe(`${JSON.stringify(notice(3))}\n`);
    expect(existsSync(join(root, '.kanban/events-1.jsonl'))).toBe(true);
  });

  it('a line that is longer than any event is passed over, and this is reported', () => {
    appendEvent(root, notice(1));
    appendFileSync(join(root, '.kanban/events.jsonl'), 'x'.repeat(4 * 1024 * 1024 + 1));
    const { next } = readEvents(root, startOfEvents(root));
    const passed = readEvents(root, next);
    expect(passed).toMatchObject({ events: [], missed: true });
    expect(passed.next).toEqual(endOfEvents(root));
    appendFileSync(join(root, '.kanban/events.jsonl'), '\n');
    appendEvent(root, notice(2));
    expect(times(readEvents(root, { ...passed.next, offset: passed.next.offset + 1 }).events)).toEqual([2]);
  });

  function readAll(): { readonly events: LoggedEvent[] } {
    const events: LoggedEvent[] = [];
    for (let place = startOfEvents(root); ;) {
      const found = readEvents(root, place);
      if (found.events.length === 0) return { events };
      events.push(...found.events);
      place = found.next;
    }
  }
});

describe('a coordinator beside commands', () => {
  const injected: TimedEvent = {
    ...{ type: 'injected', at: 5, id: 'T-1', run: null, message: '1-0', priority: 'low', by: 'Ada', text: 'hello' },
  } as const;

  it('sees messages that commands leave, once each, and none of its own events', () => {
    appendEvent(root, injected);
    const log = new SharedEvents(root, () => null);
    expect(log.news()).toEqual([]);
    expect(log.append(notice(1))).toEqual([]);
    appendEvent(root, injected);
    expect(log.append(notice(2))).toEqual([injected]);
    appendEvent(root, { ...injected, at: 6 });
    expect(log.news()).toEqual([{ ...injected, at: 6 }]);
    expect(log.news()).toEqual([]);
  });

  it('ignores what no command writes', () => {
    const log = new SharedEvents(root, () => null);
    appendEvent(root, { type: 'entry-moved', at: 1 } as unknown as TimedEvent);
    appendEvent(root, { type: 'injected', at: 1, id: 7 } as unknown as TimedEvent);
    expect(log.news()).toEqual([]);
    rmSync(join(root, '.kanban'), { recursive: true });
    expect(log.news()).toEqual([]);
    log.append(notice(1));
    expect(existsSync(join(root, '.kanban/events.jsonl'))).toBe(true);
    expect(endOfEvents(root).offset).toBeGreaterThan(0);
  });
});
