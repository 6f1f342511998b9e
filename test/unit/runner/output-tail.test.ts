import { expect, it } from 'vitest';
import { outputTail } from '../../../src/runner/output-tail.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';

const text = (words: string): AgentEvent => ({ at: 1, type: 'text', text: words });

it('what an agent said and did last, as text', () => {
  const events: AgentEvent[] = [
    { at: 1, type: 'session', id: 's' },
    text('I look around.\n'),
    { at: 1, type: 'tool', name: 'Bash', summary: 'git status' },
    { at: 1, type: 'denied', name: 'Bash', summary: 'touch x' },
    { at: 1, type: 'usage', scope: 'run', input: 5 },
    { at: 1, type: 'error', what: 'provider', why: 'overloaded' },
    text(' \n'),
  ];
  expect(outputTail(events)).toBe('I look around.\n> Bash git status\n! permission denied: Bash touch x\n! overloaded');
});

it('nothing that could be read', () => {
  expect(outputTail([])).toBe('');
  expect(outputTail([{ at: 1, type: 'session', id: 's' }])).toBe('');
});

it('at most 20 lines and 4 KiB, the last ones', () => {
  const many = Array.from({ length: 50 }, (_, n) => text(`line ${n}`));
  expect(outputTail(many).split('\n')).toHaveLength(20);
  expect(outputTail(many)).toMatch(/line 49$/);
  expect(outputTail([text('x'.repeat(100_000))]).length).toBeLessThanOrEqual(4096);
});
