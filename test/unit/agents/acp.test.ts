import { describe, expect, it } from 'vitest';
import { readBridgeArguments } from '../../../src/agents/acp/bridge-options.ts';
import { acp } from '../../../src/agents/acp/adapter.ts';
import type { Conversation } from '../../../src/agents/agent.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded } from './recorded-lines.ts';

const line = (value: object): string => JSON.stringify(value);
const talk = (): Conversation => {
  const conversation = acp.startConversation?.({ brief: {} as Brief, prompt: 'the prompt' });
  if (!conversation) throw new Error('it is spoken to');
  return conversation;
};
const began = [
  line({ acp: 'agent', name: 'x', version: '1' }),
  line({ acp: 'session', id: 's-1', resumed: false }),
  line({ acp: 'turn-began' }),
];

describe('its command', () => {
  it('is the bridge, with the agent behind it', () => {
    const run = plannedRun(acp, { bridge: ['node', '/dist/acp.cjs'] });
    const { command, env } = acp.plan({
      ...run,
      settings: { ...run.settings, command: ['gemini', '--acp'], args: ['--debug'], tools: ['npm'] },
      model: 'large',
      session: { id: 's-1', resume: true },
    });
    expect(command?.file).toBe('node');
    expect(command?.stdin).toBe('dialogue');
    const [script, ...args] = command?.args ?? [];
    expect(script).toBe('/dist/acp.cjs');
    expect(readBridgeArguments(args)).toEqual({
      worktree: '/w',
      permissions: 'narrow',
      programs: ['npm'],
      model: 'large',
      resume: 's-1',
      mcp: ['node', 'cli.js', 'mcp-report'],
      gitFolders: ['/g/worktrees/T-1', '/g/objects', '/g/refs', '/g/logs'],
      agent: ['gemini', '--acp', '--debug'],
    });
    expect(env).toMatchObject({ GEMINI_CLI_NO_RELAUNCH: 'true', OPENCODE_PERMISSION: expect.stringContaining('ask') });
    const full = acp.plan({ ...run, settings: { ...run.settings, permissions: 'full' } });
    expect(full.env).not.toHaveProperty('OPENCODE_PERMISSION');
  });

  it('begins a new session where there is none to continue with; without a bridge nothing can be started', () => {
    const { command } = acp.plan(plannedRun(acp, { session: { id: 's-1', resume: false } }));
    expect(command?.file).toBe('');
    expect(command?.args).not.toContain('--resume');
  });
});

describe('what it hears', () => {
  it('a task of codex', () => {
    expect(eventsOf(acp, recorded('acp-codex-task'))).toEqual([
      { type: 'session', id: expect.any(String) },
      { type: 'text', text: 'I write the file.' },
      { type: 'tool', name: 'edit', summary: '/w/agent-T1.txt', input: expect.any(String) },
      { type: 'text', text: 'Now I commit it.' },
      { type: 'tool', name: 'exec_command', summary: expect.stringMatching(/^git add/), input: expect.any(String) },
      { type: 'text', text: 'Task T1 is finished and committed.' },
      { type: 'usage', scope: 'run', input: 3000, output: 150, cached: 0 },
    ]);
    expect(readingOf(acp, recorded('acp-codex-task'), 0)).toEqual({ kind: 'ended' });
  });

  it('refused calls, and costs', () => {
    const events = eventsOf(acp, recorded('acp-claude-denied'));
    expect(events).toContainEqual({ type: 'denied', name: 'Bash', summary: 'git -C /etc status' });
    expect(events).toContainEqual({ type: 'usage', scope: 'run', costUsd: 0.025 });
    expect(readingOf(acp, recorded('acp-claude-denied'), 0)).toEqual({ kind: 'ended' });
  });

  it('that an agent waits for its provider', () => {
    expect(eventsOf(acp, recorded('acp-gemini-ratelimit'))).toContainEqual({
      type: 'waiting',
      why: 'Attempt 1 failed with status 429. Retrying',
    });
    const copilot = eventsOf(acp, recorded('acp-copilot-dead'));
    const waiting = { type: 'waiting', why: 'Info: Request failed due to a transient API error. Retrying...' };
    expect(copilot.slice(1, 3)).toEqual([waiting, waiting]);
    expect(copilot.at(-2)).toMatchObject({ type: 'text', text: expect.stringMatching(/^Error: Failed to get/) });
  });

  it('the bridge’s own words as text, and nothing of what it tells besides', () => {
    expect(talk().receive(line({ acp: 'notice', text: 'the model m-1 is unknown' }), NOW)).toEqual({
      events: [{ at: NOW, type: 'text', text: 'the model m-1 is unknown' }],
    });
    expect(talk().receive(line({ acp: 'agent', name: 'x', version: '1' }), NOW)).toEqual({ events: [] });
    expect(talk().receive(line({ acp: 'thought', text: 'hm' }), NOW)).toEqual({ events: [] });
  });

  it('nothing in lines that are not the bridge’s, whatever they are', () => {
    for (const strange of ['', 'text', '{', '[1]', '{"acp":1}', '{"acp":"news"}', '{"type":"text"}'])
      expect(talk().receive(strange, NOW)).toEqual({ events: [] });
  });
});

describe('how it reads the end', () => {
  it.each([
    ['acp-claude-ratelimit', 'provider'],
    ['acp-codex-ratelimit', 'provider'],
    ['acp-codex-overloaded', 'provider'],
    ['acp-copilot-dead', 'provider'],
    ['acp-opencode-ratelimit', 'provider'],
    ['acp-codex-badkey', 'login'],
    ['acp-gemini-badkey', 'login'],
    ['acp-goose-badkey', 'login'],
  ])('%s: %s', (name, kind) => {
    expect(readingOf(acp, recorded(name), 0)).toMatchObject({ kind, detail: expect.stringMatching(/\w/) });
  });

  const error = (value: object): string => line({ acp: 'error', stage: 'prompt', code: -32603, kind: null, ...value });

  it.each([
    [{ stage: 'resume', message: 'no rollout found' }, 'no-session'],
    [{ stage: 'resume', code: -32000, message: 'Authentication required' }, 'login'],
    [{ stage: 'resume', message: '429 Too Many Requests' }, 'provider'],
    [{ stage: 'resume', code: null, message: 'it ended (exit 1)' }, 'not-started'],
    [{ stage: 'initialize', code: null, message: 'it could not be started: spawn x ENOENT' }, 'not-started'],
    [{ stage: 'session', message: 'bad settings' }, 'not-started'],
  ])('an error before the session: %o is %s', (value, kind) => {
    expect(readingOf(acp, [error(value)], 1)).toMatchObject({ kind });
  });

  it.each([
    [{ kind: 'overloaded', message: 'sorry' }, 'provider'],
    [{ kind: 'authentication_failed', message: 'sorry' }, 'login'],
    [{ kind: 'APIError', message: 'the model is 404' }, 'ended'],
    [{ message: 'prompt is too long' }, 'ended'],
    [{ code: null, message: 'it ended (exit 3)' }, 'ended'],
  ])('an error in a turn: %o is %s', (value, kind) => {
    expect(readingOf(acp, [...began, error(value)], 1)).toMatchObject({ kind });
  });

  it.each(['valueOf', 'constructor', '__proto__'])('a stop reason that every object has a member of: %s', (stop) => {
    const conversation = acp.startConversation?.({ brief: {} as Brief, prompt: 'the prompt' });
    const ends = conversation?.receive(line({ acp: 'turn-ended', stop, taken: 0 }), NOW).events ?? [];
    expect(JSON.parse(JSON.stringify(ends))).toEqual(ends);
  });

  it('a stop reason that is no success says why', () => {
    const lines = [...began, line({ acp: 'turn-ended', stop: 'max_tokens', taken: 0 })];
    expect(readingOf(acp, lines, 0)).toEqual({ kind: 'ended', detail: 'the model reached its token limit' });
  });

  it('last words count as an error only after the last tool call, and only if they look like one', () => {
    const text = (words: string): string => line({ acp: 'text', text: words });
    const tool = line({ acp: 'tool', name: 'Bash', kind: 'execute', summary: 'git status', input: '{}' });
    const end = line({ acp: 'turn-ended', stop: 'end_turn', taken: 0 });
    const failed = text('Ran into this error: Rate limit exceeded.');
    expect(readingOf(acp, [...began, failed, end], 0)).toMatchObject({ kind: 'provider' });
    expect(readingOf(acp, [...began, failed, tool, text('Done.'), end], 0)).toEqual({ kind: 'ended' });
    expect(readingOf(acp, [...began, text('I fixed the rate limit.'), end], 0)).toEqual({ kind: 'ended' });
    expect(readingOf(acp, [...began, text('Ran into this error: Context length exceeded.'), end], 0)).toEqual({
      kind: 'ended',
      detail: 'Ran into this error: Context length exceeded.',
    });
  });

  it('an exit code alone: the last line that is the agent’s own', () => {
    const lines = ['Segmentation fault', line({ acp: 'turn-began' })];
    expect(readingOf(acp, lines, 139)).toEqual({ kind: 'ended', detail: 'Segmentation fault' });
    expect(readingOf(acp, [], 1)).toEqual({ kind: 'ended' });
  });
});

describe('what it says', () => {
  it('the prompt at the start; messages only while a turn is on', () => {
    const conversation = talk();
    expect(conversation.open?.()).toEqual(['{"order":"prompt","text":"the prompt"}']);
    expect(conversation.send?.('too early')).toBeNull();
    conversation.receive(line({ acp: 'turn-began' }), NOW);
    expect(conversation.send?.('two\nlines')).toEqual(['{"order":"message","text":"two\\nlines"}']);
    conversation.receive(line({ acp: 'turn-ended', stop: 'end_turn', taken: 1 }), NOW);
    expect(conversation.send?.('too late')).toBeNull();
  });

  it('is over with the turn, but not while a message is still on its way', () => {
    const conversation = talk();
    const ended = (taken: number): object =>
      conversation.receive(line({ acp: 'turn-ended', stop: 'end_turn', taken }), NOW);
    conversation.receive(line({ acp: 'turn-began' }), NOW);
    conversation.send?.('one');
    expect(ended(0)).toEqual({ events: [] });
    conversation.receive(line({ acp: 'turn-began' }), NOW);
    expect(ended(1)).toEqual({ events: [], over: true });
  });
});
