import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { agentLine } from '../../../src/report/agent-line.ts';
import { baseMissing, unknownId } from '../../../src/report/look-problems.ts';

type Shown = readonly (readonly [AgentEvent, string | null])[];

/** One of every type: a new type that is missing here does not compile. */
const LINES: Readonly<Record<AgentEvent['type'], Shown>> = {
  text: [
    [{ at: 1, type: 'text', text: '\n I look.\n\u001b[31mThen I fix.\u001b[0m \n' }, 'I look.\nThen I fix.'],
    [{ at: 1, type: 'text', text: ' \n' }, null],
  ],
  tool: [[{ at: 1, type: 'tool', name: 'edit', summary: 'a.ts\nb.ts' }, '> edit a.ts b.ts']],
  denied: [[{ at: 1, type: 'denied', name: 'shell', summary: 'rm -rf x' }, '! permission denied: shell rm -rf x']],
  error: [[{ at: 1, type: 'error', what: 'provider', why: 'overloaded' }, '! overloaded']],
  waiting: [[{ at: 1, type: 'waiting', why: 'rate-limited' }, '~ waits for its provider: rate-limited']],
  told: [[{ at: 1, type: 'told', text: 'use the other door', by: 'Ada' }, '< Ada: use the other door']],
  stalled: [
    [{ at: 1, type: 'stalled', since: 0 }, '! nothing moves: no output, no CPU, no changed file'],
    [{ at: 1, type: 'stalled', since: 0, why: 'the same call 20 times' }, '! the same call 20 times'],
  ],
  awake: [[{ at: 1, type: 'awake', since: 0 }, '~ it moves again']],
  phase: [
    [{ at: 1, type: 'phase', name: 'agent' }, '= agent'],
    [{ at: 1, type: 'phase', name: 'after_create' }, '= the hook after_create runs'],
  ],
  session: [[{ at: 1, type: 'session', id: 's-1' }, null]],
  usage: [[{ at: 1, type: 'usage', scope: 'run', input: 3 }, null]],
};

describe('what an agent did, in one line', () => {
  it.each(Object.entries(LINES))('%s', (_, shown) => {
    expect(shown.map(([event]) => agentLine(event))).toEqual(shown.map(([, line]) => line));
  });
});

describe('problems of looking', () => {
  it('name what is missing and how to find it', () => {
    expect(baseMissing('trunk', false)).toMatchObject({ code: 'not-set-up', fix: 'kanban init' });
    expect(baseMissing('trunk', true)).toEqual({
      code: 'base-missing',
      message: 'there is no branch trunk, which tasks start from and land on',
      fix: 'name an existing branch as `base` in WORKFLOW.md, or create it: git branch trunk',
    });
    expect(unknownId('T-9', 'T-8')).toMatchObject({ code: 'unknown-id', fix: 'kanban show T-8' });
    expect(unknownId('T-9', null).fix).toBe('kanban status --details lists what is on the board');
  });
});
