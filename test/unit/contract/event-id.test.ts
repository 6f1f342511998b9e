import { describe, expect, it } from 'vitest';
import { isEventId } from '../../../src/contract/event-id.ts';

describe('the id of an event', () => {
  it.each(['events-0:0', 'events-12:34567', 'events-1:999999999999999'])('%s is one', (id) => {
    expect(isEventId(id)).toBe(true);
  });

  it.each([
    '',
    'events-1',
    'events-1:',
    'events-:1',
    'events-1:2x',
    ' events-1:2',
    'events-1:-2',
    'events-1:1000000000000000',
  ])('%j is none', (text) => {
    expect(isEventId(text)).toBe(false);
  });
});
