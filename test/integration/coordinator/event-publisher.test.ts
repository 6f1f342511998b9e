import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventPublisher } from '../../../src/coordinator/publish/event-publisher.ts';
import type { TimedEvent } from '../../../src/contract/event.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';
import { until } from '../../rig/waiting.ts';

const MINUTE = 60_000;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-teller-'));
  mkdirSync(join(root, '.kanban'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function makeTeller(run: string): { teller: EventPublisher; said: TimedEvent[] } {
  const said: TimedEvent[] = [];
  const view = { event: (event: TimedEvent) => void said.push(event), snapshot: () => {}, close: () => {} };
  const read = parseWorkflow(`---\nnotify: ${JSON.stringify(run)}\n---\n`, 'WORKFLOW.md');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const { settings } = read.value;
  return { teller: new EventPublisher({ root, view, settings: () => settings, onCommit: () => {} }), said };
}

/** The user's program keeps what it is given, a line each. */
const KEEPS = 'cat >> notified';
const notified = (): TimedEvent[] =>
  existsSync(join(root, 'notified'))
    ? readFileSync(join(root, 'notified'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as TimedEvent)
    : [];

const PERSON = {
  type: 'person-needed',
  id: 'T-1',
  title: 'One "two" $(three)',
  column: 'REVIEW',
  why: 'twice',
  ways: [],
} as const;

describe('notify', () => {
  it('is given a task that needs the user, at once', async () => {
    const { teller } = makeTeller(KEEPS);
    teller.emit({ type: 'notice', message: 'nothing to do with you' });
    teller.emit(PERSON);
    await until(() => notified().length > 0);
    expect(notified()).toEqual([{ ...PERSON, at: expect.any(Number) as number }]);
  });

  it('is given what waits for the user once it has waited for a minute: with the reason of now, and once', async () => {
    const { teller, said } = makeTeller(KEEPS);
    const begun = Date.now();
    teller.hold({ on: 'base' }, 'the check fails on main itself');
    teller.hold({ on: 'pushes' }, 'origin cannot be reached', true);
    teller.hold({ on: 'action', what: 'picks' }, 'another git is at work');
    teller.remind(begun + MINUTE - 1);
    teller.hold({ on: 'base' }, 'the check fails on main itself, again');
    teller.hold({ on: 'action', what: 'picks' }, null);
    teller.remind(Date.now() + MINUTE);
    teller.remind(Date.now() + 2 * MINUTE);
    // What is told later comes after what was told before: nothing else is under way then.
    await until(() => notified().length > 0);
    teller.emit(PERSON);
    await until(() => notified().some(({ type }) => type === 'person-needed'));
    expect(notified()).toMatchObject([
      { type: 'hold-changed', on: 'base', what: 'base', why: 'the check fails on main itself, again' },
      { type: 'person-needed' },
    ]);
    expect(said.filter(({ type }) => type === 'hold-changed')).toHaveLength(5);
  });

  it('is given a second wait for the same thing anew', async () => {
    const { teller } = makeTeller(KEEPS);
    for (const time of [1, 2]) {
      teller.hold({ on: 'base' }, 'red');
      teller.remind(Date.now() + MINUTE);
      await until(() => notified().length === time);
      teller.hold({ on: 'base' }, null);
    }
    expect(notified()).toHaveLength(2);
  });

  it('that fails is reported for each notice, and hinders nothing', async () => {
    const { teller, said } = makeTeller('echo no such channel; exit 3');
    const told = (): TimedEvent[] => said.filter(({ type }) => type === 'notify-failed');
    for (const time of [1, 2]) {
      teller.emit(PERSON);
      await until(() => told().length === time);
    }
    expect(told()).toMatchObject([
      { target: 'notify[0] (command)', about: 'T-1 needs you', why: 'no such channel' },
      { about: 'T-1 needs you' },
    ]);
  });
});
