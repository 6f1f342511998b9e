import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { eventOf, isAgentProcess, isTaken, isUsageFile } from '../../../src/contract/records.ts';
import { flag, list, nullOr, number, object, oneOf, optional, text, type Shape } from '../../../src/contract/shape.ts';

describe('shapes', () => {
  it.each<[string, Shape, readonly unknown[], readonly unknown[]]>([
    ['nullOr', nullOr(number), [null, 1], [undefined, '1']],
    ['optional', optional(number), [undefined, 1], [null, '1']],
    ['oneOf', oneOf('a', 2), ['a', 2], ['b', '2', null, undefined]],
    ['list', list(flag, 2), [[], [true], [true, false]], [[1], [true, 'x'], [true, true, true], {}, 'ab', null]],
    ['text', text(2), ['', 'ab'], ['abc', 1, null]],
    ['object', object({ a: number }), [{ a: 1 }, { a: 1, more: 'x' }], [{}, { a: '1' }, null, [], 'a', 1]],
    ['object with an optional key', object({ a: optional(number) }), [{}, { a: 1 }], [{ a: null }]],
    ['object, whose keys are its own', object({ toString: optional(number) }), [{}], [{ toString: 'x' }]],
  ])('%s', (_, shape, good, bad) => {
    expect(good.map(shape)).toEqual(good.map(() => true));
    expect(bad.map(shape)).toEqual(bad.map(() => false));
  });
});

describe('records of a run folder', () => {
  it('are refused where a member is missing or of another kind', () => {
    expect(isAgentProcess({ pid: 7, startTime: '1', since: '1' })).toBe(true);
    expect(isAgentProcess({ pid: 0, startTime: '1', since: '1' })).toBe(false);
    expect(isTaken({ at: 1, commit: null, why: 'x' })).toBe(true);
    expect(isTaken({ at: 1, why: 'x' })).toBe(false);
    expect(isUsageFile({ run: { input: 1 } })).toBe(true);
    expect(isUsageFile({ run: { input: -1 } })).toBe(false);
  });
});

describe('a line of events.jsonl', () => {
  /** One of every type: a new type that is missing here does not compile. */
  const EVENTS: { readonly [Type in AgentEvent['type']]: Extract<AgentEvent, { type: Type }> } = {
    text: { at: 1, type: 'text', text: 'x' },
    tool: { at: 1, type: 'tool', name: 'edit', summary: 'a.ts' },
    denied: { at: 1, type: 'denied', name: 'shell', summary: 'rm' },
    usage: { at: 1, type: 'usage', scope: 'step', input: 3, costUsd: 0.1 },
    error: { at: 1, type: 'error', what: 'provider', why: 'busy', until: 9 },
    told: { at: 1, type: 'told', text: 'x', by: 'Ada' },
    session: { at: 1, type: 'session', id: 's' },
    waiting: { at: 1, type: 'waiting', why: 'busy' },
    phase: { at: 1, type: 'phase', name: 'agent' },
    stalled: { at: 1, type: 'stalled', since: 0 },
    awake: { at: 1, type: 'awake', since: 0 },
  };

  it.each(Object.values(EVENTS))('is an event: $type', (event) => {
    expect(eventOf(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    ['no JSON', '{"at":1'],
    ['no object', 'null'],
    ['a list', '[]'],
    ['without a type', '{"at":1}'],
    ['of an unknown type', '{"at":1,"type":"news"}'],
    ['of a type that every object has', '{"at":1,"type":"toString"}'],
    ['without a time', '{"type":"text","text":"x"}'],
    ['of a time that is none', '{"at":-1,"type":"text","text":"x"}'],
    ['without what its type must have', '{"at":1,"type":"text"}'],
    ['of usage below 0', '{"at":1,"type":"usage","scope":"run","input":-1}'],
  ])('is none: %s', (_, line) => {
    expect(eventOf(line)).toBeNull();
  });
});
