import { expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { acp } from '../../../src/agents/acp/adapter.ts';
import { commandLine } from '../../../src/agents/command-line.ts';
import { kimi } from '../../../src/agents/kimi/adapter.ts';
import { agentRun } from './agent-run.ts';
import { eventsOf, recorded } from './recorded-lines.ts';

it('is started as the user wrote it, speaking the protocol to the bridge', () => {
  const run = agentRun(['npx', 'kimi'], { bridge: ['node', 'acp.cjs'] });
  const { settings } = run;
  const plan = kimi.plan({ ...run, settings: { ...settings, args: ['--x'] } });
  expect(plan.command?.args.slice(-5)).toEqual(['--', 'npx', 'kimi', 'acp', '--x']);
  expect(plan.env).toMatchObject({ KIMI_CODE_NO_AUTO_UPDATE: '1', KIMI_DISABLE_TELEMETRY: '1' });
  expect(commandLine(kimi, { ...settings, command: ['npx', 'kimi'], args: ['--x'] }, false)).toEqual([
    ...['npx', 'kimi', 'acp', '--x'],
  ]);
  expect(commandLine(kimi, { ...settings, command: [] }, false)).toEqual(['kimi', 'acp']);
  expect(commandLine(acp, { ...settings, command: ['other', '--acp'] }, false)).toEqual(['other', '--acp']);
});

it('tells its session, its calls and its words', () => {
  const events = eventsOf(kimi, recorded('kimi-pipeline'));
  expect(events).toContainEqual({ type: 'session', id: expect.stringMatching(/^session_[0-9a-f-]{36}$/) as string });
  expect(events).toContainEqual(expect.objectContaining({ type: 'tool', name: 'execute', summary: 'npm test' }));
  expect(events.filter((event) => 'type' in event && event.type === 'denied')).toEqual([]);
});

it('a turn that ends without a text of the model is a failure of the provider', () => {
  const done = { code: 0, signal: null };
  const session = { at: 0, type: 'session', id: 's' } as const;
  const tool = { at: 1, type: 'tool', name: 'execute', summary: 'git status' } as const;
  const text = { at: 2, type: 'text', text: 'Done.' } as const;
  const error = { at: 2, type: 'error', what: 'other', why: 'it broke' } as const;
  const kindOf = (exit: { readonly code: number | null; readonly signal: string | null }, ...events: AgentEvent[]) =>
    kimi.outcome(exit, '', events, 0).kind;
  expect(kindOf(done, session)).toBe('provider');
  expect(kindOf(done, session, text, tool)).toBe('provider');
  expect(kindOf(done, session, tool, text)).toBe('ended');
  // The session is no longer among the last events of a long turn.
  expect(kindOf(done, ...Array.from({ length: 200 }, () => tool))).toBe('provider');
  expect(kindOf(done, session, error)).toBe('ended');
  expect(kindOf({ code: 1, signal: null }, session)).toBe('ended');
  expect(kindOf(done)).toBe('ended');
});
