import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import type { AgentRun, Conversation } from '../../../src/agents/agent.ts';
import { claude } from '../../../src/agents/claude/adapter.ts';
import { resetTime } from '../../../src/agents/reset-time.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded } from './recorded-lines.ts';

const WORKTREE = '/repo/.worktrees/T-1';
const SESSION = '00000001-0000-4000-8000-000000000000';
const events = (name: string): object[] => eventsOf(claude, recorded(name), { worktree: WORKTREE });
const reading = (name: string, code = 1): object => readingOf(claude, recorded(name), code);

function talk(prompt = 'the prompt'): Required<Conversation> {
  const conversation = claude.startConversation?.({ brief: { worktree: WORKTREE } as Brief, prompt });
  if (!conversation?.open || !conversation.send) throw new Error('claude is spoken to');
  return conversation as Required<Conversation>;
}

const line = (value: object): string => JSON.stringify(value);
const INIT = line({ type: 'system', subtype: 'init', session_id: SESSION });
const DONE = line({ type: 'result', subtype: 'success', is_error: false, result: 'done', queued_turn_count: 0 });
const FAILED = line({
  type: 'result',
  subtype: 'success',
  is_error: true,
  api_error_status: 529,
  result: 'Overloaded',
});
const replay = (...texts: string[]): string =>
  line({ type: 'user', isReplay: true, message: { content: texts.map((text) => ({ type: 'text', text })) } });
const told = (text: string): string =>
  line({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } });

describe('its command line', () => {
  const args = (change: Partial<AgentRun>): readonly string[] =>
    claude.plan(plannedRun(claude, change)).command?.args ?? [];
  const settings = plannedRun(claude).settings;

  it('names session and model, and a new session otherwise than one to continue with', () => {
    expect(args({ model: 'opus', session: { id: SESSION, resume: false } }).join(' ')).toContain(
      `-p --input-format stream-json --output-format stream-json --replay-user-messages --session-id ${SESSION} --model opus`,
    );
    expect(args({ session: { id: SESSION, resume: true } }).join(' ')).toContain(`--resume ${SESSION} --settings`);
    expect(args({}).join(' ')).not.toMatch(/--model|--resume|--session-id/);
  });

  it('is narrow: paths are checked by the mode, so no rule lifts that for all of Write, Edit or Read', () => {
    const narrow = args({
      settings: { ...settings, tools: ['npm', ' make ', '', 'a*b'] },
      folder: "/p (1)/it's/[runs]/r",
    });
    expect(narrow.slice(narrow.indexOf('--permission-mode'))).toEqual([
      '--permission-mode',
      'acceptEdits',
      '--allowedTools',
      'Bash(git *)',
      'Bash(echo *)',
      'Bash(printf *)',
      'Bash(chmod +x *)',
      'Bash(npm *)',
      'Bash(make *)',
      'Read(//p ?1?/it?s/?runs?/r/**)',
      'mcp__kanban__report',
      '--disallowedTools',
      'EnterWorktree',
      'ExitWorktree',
      'ScheduleWakeup',
      'CronCreate',
      'Monitor',
      'SendMessage',
      'ListAgents',
      '--verbose',
    ]);
  });

  it('is full only where the settings say so, with IS_SANDBOX for root alone', () => {
    const full = { settings: { ...settings, permissions: 'full' as const } };
    expect(args(full)).toContain('bypassPermissions');
    expect(args(full)).not.toContain('--allowedTools');
    const env = (change: Partial<AgentRun>): object => claude.plan(plannedRun(claude, change)).env;
    expect(env({ ...full, isRoot: true })).toHaveProperty('IS_SANDBOX', '1');
    expect(env({ ...full, isRoot: false })).not.toHaveProperty('IS_SANDBOX');
    expect(env({ isRoot: true })).not.toHaveProperty('IS_SANDBOX');
  });

  it('is told what a cap in dollars leaves, since it tells its cost only when it is spent', () => {
    const allowance = { costUsd: 1.23456, tokens: 9, why: '' };
    expect(args({ allowance }).join(' ')).toContain('--max-budget-usd 1.2346');
    expect(args({ allowance: { ...allowance, costUsd: null } })).not.toContain('--max-budget-usd');
    expect(args({})).not.toContain('--max-budget-usd');
  });

  it('ends with the arguments of the settings, behind an option of its own', () => {
    expect(args({ settings: { ...settings, args: ['--max-turns', '50'] } }).slice(-3)).toEqual([
      '--verbose',
      '--max-turns',
      '50',
    ]);
  });

  it('starts the program of the settings, in dialogue', () => {
    const { command } = claude.plan(plannedRun(claude, { settings: { ...settings, command: ['npx', 'claude'] } }));
    expect(command).toMatchObject({ file: 'npx', stdin: 'dialogue' });
    expect(command?.args[0]).toBe('claude');
  });
});

describe('its files', () => {
  const files = (change: Partial<AgentRun> = {}): Readonly<Record<string, string>> => {
    const plan = claude.plan(plannedRun(claude, change));
    return plan.shell === null ? (plan.files ?? {}) : {};
  };
  const settings = (change?: Partial<AgentRun>) =>
    JSON.parse(files(change)['claude-settings.json'] ?? '') as {
      attribution: object;
      claudeMdExcludes: string[];
      hooks: { SessionStart: { matcher: string; hooks: { command: string }[] }[] };
    };

  it('name our MCP server, loaded at once', () => {
    expect(JSON.parse(files()['claude-mcp.json'] ?? '')).toEqual({
      mcpServers: { kanban: { type: 'stdio', command: 'node', args: ['cli.js', 'mcp-report'], alwaysLoad: true } },
    });
  });

  it('turn attribution off', () => {
    expect(settings().attribution).toEqual({ commit: '', pr: '' });
  });

  it.each(['/home/me/repo', "/home/me/it's [a] (re) {p,o} {q}!"])(
    'keep the instructions of the checkout %s out of a worktree inside it, and no others',
    (root) => {
      const worktree = `${root}/.worktrees/T-1`;
      const excluded = picomatch(settings({ root, worktree }).claudeMdExcludes, { dot: true });
      const names = ['CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', '.claude/CLAUDE.md', '.claude/rules/deep/a.md'];
      for (const name of names) {
        expect(excluded(`${root}/${name}`), name).toBe(true);
        expect(excluded(`${root}/.worktrees/${name}`), name).toBe(true);
        expect(excluded(`${worktree}/${name}`), name).toBe(false);
        expect(excluded(`${worktree}/src/${name}`), name).toBe(false);
        expect(excluded(`/home/me/${name}`), name).toBe(false);
      }
    },
  );

  it('leave a worktree outside the checkout alone', () => {
    expect(settings({ root: '/p', worktree: '/p-worktrees/T-1' }).claudeMdExcludes).toEqual([]);
  });

  it('give the briefing again after a compaction, whatever its path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanban-claude-'));
    const odd = join(folder, `it's "$HOME" a %s`);
    mkdirSync(odd);
    const promptFile = join(odd, 'prompt.md');
    writeFileSync(promptFile, 'The whole\nbriefing: 100%s done\n');
    const [hook] = settings({ promptFile }).hooks.SessionStart;
    expect(hook?.matcher).toBe('compact');
    const printed = execFileSync('/bin/sh', ['-c', hook?.hooks[0]?.command ?? ''], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(printed).toBe(
      `The conversation was shortened. This is your briefing once more; if it is cut off, read the rest in ${promptFile}\n\nThe whole\nbriefing: 100%s done\n`,
    );
  });
});

describe('the dialogue', () => {
  it('opens with the prompt, and is over with the result', () => {
    const conversation = talk('do this\n"now"');
    expect(conversation.open()).toEqual([told('do this\n"now"')]);
    expect(conversation.send('too early')).toBeNull();
    conversation.receive(INIT, NOW);
    expect(conversation.receive(DONE, NOW).over).toBe(true);
    expect(conversation.send('too late')).toBeNull();
  });

  it('continues with another turn for what was said too late for this one', () => {
    const conversation = talk();
    conversation.receive(INIT, NOW);
    expect(conversation.send('one')).toEqual([told('one')]);
    conversation.send('two ');
    conversation.receive(replay('one'), NOW);
    expect(conversation.receive(DONE, NOW).over).toBeUndefined();
    expect(conversation.send('three')).not.toBeNull();
    conversation.receive(INIT, NOW);
    conversation.receive(replay('two\n', 'three'), NOW);
    expect(conversation.receive(DONE, NOW).over).toBe(true);
  });

  it('as recorded: three messages behind the last answer are taken up together in a turn of their own', () => {
    const conversation = talk('SCRIPT:turns VAR:id=T-1');
    const overs: number[] = [];
    recorded('claude-said-late').forEach((printed, n) => {
      if (conversation.receive(printed, NOW).over === true) overs.push(n);
      if (printed.includes('"text":"end"') && n < 12)
        for (const text of ['SAY-A', 'SAY-B', 'SAY-C']) conversation.send(text);
    });
    expect(overs).toEqual([recorded('claude-said-late').length - 1]);
  });

  it('counts the same message said twice as two', () => {
    const conversation = talk();
    conversation.receive(INIT, NOW);
    conversation.send('continue');
    conversation.send('continue');
    conversation.receive(replay('continue'), NOW);
    expect(conversation.receive(DONE, NOW).over).toBeUndefined();
  });

  it('waits for turns that the CLI itself has queued', () => {
    const conversation = talk();
    conversation.receive(INIT, NOW);
    expect(
      conversation.receive(DONE.replace('"queued_turn_count":0', '"queued_turn_count":1'), NOW).over,
    ).toBeUndefined();
  });

  it('is over with an error even if something was said: the next run is told it', () => {
    const conversation = talk();
    conversation.receive(INIT, NOW);
    conversation.send('hello');
    expect(conversation.receive(FAILED, NOW).over).toBe(true);
  });

  it('continues as long as an agent of its own works in the background, but not for a command there', () => {
    const subagent = talk();
    const overs = recorded('claude-subagent').map((printed) => subagent.receive(printed, NOW).over === true);
    expect(overs.filter(Boolean)).toHaveLength(1);
    expect(overs.at(-1)).toBe(true);
    const conversation = talk();
    const tasks = [{ task_type: 'local_bash' }];
    conversation.receive(line({ type: 'system', subtype: 'background_tasks_changed', tasks }), NOW);
    expect(conversation.receive(DONE, NOW).over).toBe(true);
  });

  it('gives no text to the CLI that it would take for a command', () => {
    const conversation = talk();
    conversation.receive(INIT, NOW);
    expect(conversation.send(' /compact')).toEqual([told('Message: /compact')]);
    expect(conversation.send('  \n')).toEqual([]);
    conversation.receive(replay('Message: /compact'), NOW);
    expect(conversation.receive(DONE, NOW).over).toBe(true);
  });
});

describe('what is heard', () => {
  it('of work: session, text, calls with paths from the worktree, and what it used', () => {
    expect(events('claude-task')).toEqual([
      { type: 'session', id: SESSION },
      { type: 'text', text: 'I write the file.' },
      {
        type: 'tool',
        name: 'Write',
        summary: 'agent-T-1.txt',
        input: line({ file_path: `${WORKTREE}/agent-T-1.txt`, content: 'done by anthropic for T-1\n' }),
      },
      { type: 'text', text: 'Now I commit it.' },
      {
        type: 'tool',
        name: 'Bash',
        summary:
          "git add -A && git -c user.name=agent -c user.email=agent@localhost commit -q -m 'T-1: scripted work' && git log --oneli…",
        input: expect.stringContaining('git log --oneline -1') as string,
      },
      { type: 'text', text: 'Task T-1 is finished and committed.' },
      { type: 'usage', scope: 'step', input: 3000, output: 150, cached: 0, costUsd: 0.01125 },
    ]);
    expect(reading('claude-task', 0)).toEqual({ kind: 'ended' });
  });

  it('of a resumed session: only what was used since, though the totals continue', () => {
    expect(recorded('claude-resumed').join()).toContain('"total_cost_usd":0.015');
    expect(events('claude-resumed').at(-1)).toEqual({
      type: 'usage',
      scope: 'step',
      input: 1000,
      output: 50,
      cached: 0,
      costUsd: 0.00375,
    });
  });

  it('of tokens from a cache: they are input as well', () => {
    const model = {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadInputTokens: 200,
      cacheCreationInputTokens: 30,
      costUSD: 1,
    };
    const result = { type: 'result', is_error: false, model_usage_since_last_result: { a: model, b: model } };
    expect(eventsOf(claude, [line(result)])).toEqual([
      { type: 'usage', scope: 'step', input: 480, output: 10, cached: 400, costUsd: 2 },
    ]);
  });

  it('of nothing used: nothing', () => {
    expect(eventsOf(claude, [DONE])).toEqual([]);
  });

  it('of a subagent: its calls, not its words', () => {
    const texts = events('claude-subagent').filter((event) => 'text' in event);
    expect(texts).toEqual(
      ['start agent', 'I wait for the agent.', 'I wait for the agent.'].map((text) => ({ type: 'text', text })),
    );
    expect(events('claude-subagent')).toContainEqual(expect.objectContaining({ name: 'Agent', summary: 'sub' }));
    expect(events('claude-subagent')).toContainEqual(expect.objectContaining({ name: 'Bash', summary: 'git status' }));
  });

  it('of refused calls: each once, with what it was about', () => {
    expect(events('claude-denied').filter((event) => 'type' in event && event.type === 'denied')).toEqual([
      { type: 'denied', name: 'Read', summary: '/etc/hostname' },
      { type: 'denied', name: 'Read', summary: '' },
      { type: 'denied', name: 'Write', summary: '/repo/.kanban/runs/r/q.md' },
    ]);
    expect(events('claude-denied-2.1.197').filter((event) => 'type' in event && event.type === 'denied')).toEqual([
      {
        type: 'denied',
        name: 'Bash',
        summary:
          '(setsid tail -f /dev/null >/dev/null 2>&1 &); (tail -f /etc/hostname >/dev/null 2>&1 &); echo started',
      },
    ]);
  });

  it('of a refusal that only the tool result tells; of a program that failed with such words, nothing', () => {
    const call = { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'x' } };
    const result = (content: unknown): string =>
      line({
        type: 'user',
        message: { content: [{ type: 'tool_result', tool_use_id: 't1', is_error: true, content }] },
      });
    const denied = (content: unknown): object[] =>
      eventsOf(claude, [line({ type: 'assistant', message: { content: [call] } }), result(content)]).slice(1);
    expect(denied('This command requires approval')).toEqual([{ type: 'denied', name: 'Bash', summary: 'x' }]);
    expect(denied([{ type: 'text', text: 'This command requires approval' }])).toHaveLength(1);
    expect(denied('Exit code 1\nthis merge requires approval')).toEqual([]);
    expect(denied([{ text: 'Exit code 1' }, null, { text: 'this merge requires approval' }])).toEqual([]);
  });

  it('of a compaction: that it was', () => {
    expect(events('claude-compacted')).toContainEqual({
      type: 'phase',
      name: 'conversation compacted at 185085 tokens; the briefing is given again',
    });
    expect(reading('claude-compacted', 0)).toEqual({ kind: 'ended' });
  });

  it('of its provider: what it waits for, and until when', () => {
    expect(events('claude-ratelimit').slice(1, 3)).toEqual([
      { type: 'waiting', why: 'rate limit (429), retry 1 of 6', until: expect.any(Number) as number },
      { type: 'waiting', why: 'rate limit (429), retry 2 of 6', until: expect.any(Number) as number },
    ]);
    expect(
      eventsOf(claude, [
        line({
          type: 'system',
          subtype: 'api_retry',
          attempt: 1,
          max_retries: 6,
          error_status: null,
          retry_delay_ms: 600.4,
          error: 'unknown',
        }),
      ]),
    ).toEqual([{ type: 'waiting', why: 'no answer, retry 1 of 6', until: NOW + 600 }]);
  });

  it("of a subscription's limit: until when, unless usage beyond it is paid for", () => {
    const reached = (more: object): object[] =>
      eventsOf(claude, [
        line({
          type: 'rate_limit_event',
          rate_limit_info: { status: 'rejected', resetsAt: 1_795_192_148, rateLimitType: 'five_hour', ...more },
        }),
      ]);
    const why = "the subscription's five-hour limit is reached";
    expect(reached({})).toEqual([{ type: 'waiting', until: 1_795_192_148_000, why }]);
    expect(reached({ overageStatus: 'rejected', isUsingOverage: false })).toHaveLength(1);
    expect(reached({ isUsingOverage: true })).toEqual([]);
    expect(reached({ overageStatus: 'allowed_warning' })).toEqual([]);
    expect(reached({ status: 'allowed_warning' })).toEqual([]);
  });

  it('of an error: that, and not the words in which the CLI puts it as if the agent spoke', () => {
    expect(events('claude-forbidden')).toEqual([
      { type: 'session', id: SESSION },
      {
        type: 'error',
        what: 'login',
        why: 'Failed to authenticate. API Error: 403 OAuth token does not meet scope requirement',
      },
    ]);
  });

  it('of lines that are no JSON, cut, or of another shape: nothing', () => {
    const odd = [
      '',
      'plain',
      '{',
      '[]',
      'null',
      '{}',
      '{"type":"assistant"}',
      '{"type":"user","message":7}',
      '{"type":"result"}',
      '{"type":"system","subtype":"background_tasks_changed"}',
      '{"type":"assistant","message":{"content":[null,1,{"type":"text","text":3}]}}',
    ];
    expect(eventsOf(claude, odd)).toEqual([]);
    for (const printed of recorded('claude-denied'))
      for (let end = 0; end < printed.length; end += 97)
        expect(() => talk().receive(printed.slice(0, end), NOW)).not.toThrow();
  });
});

describe('how it is read', () => {
  it.each([
    ['claude-ratelimit', { kind: 'provider', detail: 'API Error: Request rejected (429) · scripted 429' }],
    [
      'claude-refused',
      {
        kind: 'provider',
        detail: 'API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)',
      },
    ],
    [
      'claude-subscription',
      {
        kind: 'provider',
        until: 1_795_192_148_000,
        detail: "You've hit your 5-hour limit · resets 5:29pm (Europe/Berlin)",
      },
    ],
    ['claude-no-key', { kind: 'login', detail: 'Not logged in · Please run /login' }],
    [
      'claude-forbidden',
      { kind: 'login', detail: 'Failed to authenticate. API Error: 403 OAuth token does not meet scope requirement' },
    ],
    [
      'claude-no-session',
      { kind: 'no-session', detail: 'No conversation found with session ID: 00000001-0000-4000-8000-000000000000' },
    ],
    ['claude-max-turns', { kind: 'ended', detail: 'Reached maximum number of turns (1)' }],
    ['claude-too-long', { kind: 'ended', detail: expect.stringMatching(/^Prompt is too long/) as string }],
    [
      'claude-no-model',
      { kind: 'not-started', detail: expect.stringMatching(/issue with the selected model/) as string },
    ],
  ])('%s', (name, expected) => {
    expect(reading(name)).toEqual(expected);
    // Exit 0 makes it no better.
    expect(reading(name, 0)).toEqual(expected);
  });

  const end = (tail: string, code: number | null = 1, signal: string | null = null): object =>
    claude.outcome({ code, signal }, tail, [], NOW);

  it('of what goes wrong before its first line, by stderr', () => {
    expect(end("error: unknown option '--nonsense'\n")).toEqual({
      kind: 'not-started',
      detail: "error: unknown option '--nonsense'",
    });
    expect(end('--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons')).toEqual(
      {
        kind: 'not-started',
        detail: '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons',
      },
    );
    expect(end('No conversation found with session ID: x')).toMatchObject({ kind: 'no-session' });
    expect(end('Invalid API key · Please run /login')).toMatchObject({ kind: 'login' });
    expect(end('', 127)).toEqual({ kind: 'not-started', detail: 'exit 127' });
    expect(end('', null)).toEqual({ kind: 'not-started', detail: 'exit ?' });
  });

  it('of a signal, and of exit 0 without a word: it ended', () => {
    expect(end('', null, 'SIGTERM')).toEqual({ kind: 'ended' });
    expect(end('', 0)).toEqual({ kind: 'ended' });
  });

  it('of an end while it waited for its provider, and of one in the middle of work', () => {
    const begun = recorded('claude-ratelimit').slice(0, 4);
    expect(readingOf(claude, begun, 143)).toEqual({ kind: 'provider', detail: 'rate limit (429), retry 3 of 6' });
    // What the agent itself printed or said is no reading.
    const work = recorded('claude-task').slice(0, 7);
    expect(readingOf(claude, [...work, 'Not logged in · Please run /login'], 1)).toEqual({ kind: 'ended' });
  });

  it('of an error that a later turn got over: none', () => {
    const failure = line({ type: 'result', is_error: true, api_error_status: 500, result: 'API Error: 500' });
    const after = line({ type: 'assistant', message: { content: [{ type: 'text', text: 'I continue.' }] } });
    expect(readingOf(claude, [INIT, failure, INIT, after, DONE], 0)).toEqual({ kind: 'ended' });
  });

  const failed = (text: string, kind = '', status: number | null = null): object =>
    readingOf(
      claude,
      [
        INIT,
        line({
          type: 'assistant',
          ...(kind === '' ? {} : { error: kind }),
          message: { model: '<synthetic>', content: [{ type: 'text', text }] },
        }),
        line({ type: 'result', subtype: 'success', is_error: true, api_error_status: status, result: text }),
      ],
      1,
    );

  it.each([
    ['Invalid API key · Fix external API key', '', null, 'login'],
    ['Credit balance is too low', 'billing_error', 400, 'login'],
    ['Credit balance is too low', '', 400, 'login'],
    ['API Error: 529 Overloaded.', 'server_error', 529, 'provider'],
    ['API Error: 500 Internal server error', '', null, 'provider'],
    ['API Error: Connection error.', '', null, 'provider'],
    ['Claude AI usage limit reached', '', null, 'provider'],
    ["You've hit your session limit", '', null, 'provider'],
    ['API Error: 400 messages.3: something', 'invalid_request', 400, 'ended'],
    ['A sentence that nobody knows', 'unknown', null, 'ended'],
  ])('%s (%s %s): %s', (text, kind, status, expected) => {
    expect(failed(text, kind, status)).toMatchObject({ kind: expected });
  });

  it('with the time that its words give', () => {
    expect(failed('Claude AI usage limit reached|1795190741', '', 429)).toMatchObject({ until: 1_795_190_741_000 });
    expect(failed('API Error: 429 retry after 90 s', 'rate_limit', 429)).toMatchObject({ until: NOW + 90_000 });
  });
});

describe('resetTime', () => {
  const at = (iso: string): number => Date.parse(iso);
  const noon = at('2026-11-20T12:00:30Z');
  it.each([
    ['resets 5:05pm (Europe/Berlin)', noon, '2026-11-20T16:05:00Z'],
    ['resets 3am (UTC)', noon, '2026-11-21T03:00:00Z'],
    ['resets 11:58am (UTC)', noon, '2026-11-20T11:58:00Z'],
    ["You've hit your session limit · resets 7:51pm (UTC)", at('2026-11-20T19:53:00Z'), '2026-11-20T19:51:00Z'],
    ['resets 11:50pm (UTC)', at('2026-11-21T00:05:00Z'), '2026-11-20T23:50:00Z'],
    ['resets 12:30am (UTC)', at('2026-11-20T23:00:00Z'), '2026-11-21T00:30:00Z'],
    ['resets 12am (UTC)', noon, '2026-11-21T00:00:00Z'],
    ['resets 12pm (UTC)', noon, '2026-11-20T12:00:00Z'],
    ['resets at 12:30 PM (UTC)', noon, '2026-11-20T12:30:00Z'],
    ['resets Nov 22, 10:39pm (Europe/Berlin)', noon, '2026-11-22T21:39:00Z'],
    ['resets Dec 1 at 9am (America/New_York)', noon, '2026-12-01T14:00:00Z'],
    ['resets Jan 2, 10am (UTC)', at('2026-12-30T00:00:00Z'), '2027-01-02T10:00:00Z'],
    ['resets Mar 1, 1am (UTC)', at('2028-02-27T00:00:00Z'), '2028-03-01T01:00:00Z'],
    ['resets Jan 1, 1am (UTC)', at('2028-12-31T00:00:00Z'), '2029-01-01T01:00:00Z'],
    ['Claude AI usage limit reached|1795190741', noon, '2026-11-20T16:05:41Z'],
  ])('%s', (text, now, expected) => {
    expect(new Date(resetTime(text, now) ?? 0).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('of a time without a zone: the next such time here', () => {
    const reset = new Date(resetTime('session limit reached ∙ resets 3pm', noon) ?? 0);
    expect([reset.getHours(), reset.getMinutes()]).toEqual([15, 0]);
    expect(reset.getTime() - noon).toBeLessThan(86_400_000);
  });

  it('of a zone that does not exist, or without a time: null', () => {
    expect(resetTime('resets 3pm (Nowhere/Land)', noon)).toBeNull();
    expect(resetTime('your limit resets soon', noon)).toBeNull();
  });
});
