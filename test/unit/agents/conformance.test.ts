import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, adapterNamed } from '../../../src/agents/adapters.ts';
import type { Adapter, AgentPlan, AgentRun } from '../../../src/agents/agent.ts';
import { commandLine } from '../../../src/agents/command-line.ts';
import { agentsDoc } from '../../../src/agents/document.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { UsageCount } from '../../../src/runner/usage-count.ts';
import { AGENT_KINDS } from '../../../src/workflow/agent-kinds.ts';
import { ROLES } from '../../../src/workflow/roles.ts';
import { runs } from '../../rig/runs.ts';
import { agentRun } from './agent-run.ts';

const RECORDED = new URL('recorded/', import.meta.url);
const NOW = 1_800_000_000_000;
const SESSION = '0a1b2c3d-1111-4222-8333-444455556666';
const SECRET = 'sk-this-must-not-leak';
const EXITS = [
  { code: 0, signal: null },
  { code: 1, signal: null },
  { code: 127, signal: null },
  { code: null, signal: 'SIGKILL' },
] as const;

const briefOf = (session: Brief['session']): Brief =>
  ({ worktree: '/w', session, sessionUsage: null, model: null, taskId: 'T-1', role: 'task' }) as Brief;
const brief = briefOf(null);

/** Of this adapter; the bridge of `acp` is started by the runner's own node. */
function planOf(adapter: Adapter, change: Partial<AgentRun> = {}): AgentPlan {
  const words = ['agent'];
  const { settings } = agentRun(words);
  return adapter.plan(
    agentRun(words, { settings: { ...settings, kind: adapter.name }, bridge: ['node', 'acp.cjs'], ...change }),
  );
}

/** All that the plan and the conversation hand to the agent, but for its environment. */
function handedOver(adapter: Adapter, session: AgentRun['session']): string {
  const plan = planOf(adapter, { session });
  const conversation = adapter.startConversation?.({ brief: briefOf(session), prompt: 'the prompt' });
  const files = plan.command === null ? {} : (plan.files ?? {});
  const written = [...(conversation?.open?.() ?? [])];
  // Requests that wait for their answer, as those of codex do.
  for (let at = 0; at < written.length && at < 10; at += 1) {
    const { id } = JSON.parse(written[at] ?? '{}') as { id?: unknown };
    const answer = JSON.stringify({ id, result: { account: { type: 'apiKey' }, requiresOpenaiAuth: false } });
    if (id !== undefined) written.push(...(conversation?.receive(answer, NOW).write ?? []));
  }
  return JSON.stringify([plan.command, files, written]);
}

/** What a CLI printed once, by adapter. */
const lines = (name: string): string[] =>
  readdirSync(RECORDED)
    .filter((file) => file.startsWith(`${name}-`))
    .flatMap((file) => readFileSync(new URL(file, RECORDED), 'utf8').split('\n').filter(Boolean));

/** Every value in a line, by its path. */
function paths(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function changed(line: string, which: number, to: unknown): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line.slice(0, which % (line.length + 1)) + JSON.stringify(to);
  }
  const all = paths(value);
  const path = all[which % Math.max(1, all.length)] ?? [];
  let holder = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined || typeof holder !== 'object' || holder === null) return JSON.stringify(to);
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return JSON.stringify(value);
}

describe('the adapters', () => {
  it('are those that a setting may name, each once', () => {
    expect(ADAPTERS.map(({ name }) => name)).toEqual([...AGENT_KINDS]);
    expect(adapterNamed('claude-9')).toBe(null);
  });
});

describe.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))('every adapter: %s', (name, adapter) => {
  const { capabilities, cli, startConversation } = adapter;

  it('is found by its name', () => {
    expect(adapterNamed(name)).toBe(adapter);
  });

  it.each(ROLES.flatMap((role) => [[role, 'work'] as const, [role, 'mend'] as const]))(
    'plans a run of the %s (%s): either a program or the shell agent',
    (role, purpose) => {
      expect(capabilities.roles).toContain(role);
      const plan = planOf(adapter, { role, purpose });
      expect((plan.command === null) !== (plan.shell === null)).toBe(true);
      if (plan.command === null) return;
      expect(plan.command.file).not.toBe('');
      for (const word of plan.command.args) expect(word).toBeTypeOf('string');
      for (const value of Object.values(plan.env)) expect(value).toBeTypeOf('string');
      for (const file of Object.keys(plan.files ?? {})) expect(file).toMatch(/^[\w.-]+$/);
    },
  );

  it('speaks over stdin only with a conversation, and takes messages only if it says so', () => {
    const { command } = planOf(adapter);
    const conversation = startConversation?.({ brief, prompt: 'the prompt' });
    if (command?.stdin === 'dialogue') expect(conversation?.open).toBeTypeOf('function');
    expect(conversation?.send !== undefined).toBe(capabilities.inject === 'live');
    if (capabilities.inject === 'live') expect(command?.stdin).toBe('dialogue');
  });

  it('names a new session, and continues with an earlier one, as its capabilities say', () => {
    const has = (session: AgentRun['session']): boolean => handedOver(adapter, session).includes(SESSION);
    expect(has(null)).toBe(false);
    if (capabilities.names) expect(has({ id: SESSION, resume: false })).toBe(true);
    if (capabilities.resume !== 'never') expect(has({ id: SESSION, resume: true })).toBe(true);
  });

  it('puts no secret of the environment into its arguments or files', () => {
    const { settings } = agentRun(['agent']);
    const set = Object.fromEntries((cli?.keys ?? ['API_KEY']).map((key) => [key, SECRET]));
    const plan = planOf(adapter, { settings: { ...settings, kind: name, env: { pass: [], set } } });
    expect(JSON.stringify([plan.command, plan.command === null ? {} : plan.files])).not.toContain(SECRET);
  });

  it('reads an agent that printed nothing, however it ended', () => {
    expect(adapter.outcome({ code: 0, signal: null }, '', [], 0).kind).toBe('ended');
    for (const exit of EXITS) expect(adapter.outcome(exit, '', [], NOW).kind).toMatch(/^(?:ended|not-started)$/);
  });

  it('shows a command line where it starts a program', () => {
    const { settings } = agentRun(['agent']);
    const line = commandLine(adapter, { ...settings, kind: name }, false);
    expect(line.length > 0).toBe(adapter.shownCommand !== 'none');
  });
});

const listening = ADAPTERS.filter(({ startConversation }) => startConversation !== null);

describe.each(listening.map((adapter) => [adapter.name, adapter] as const))('whatever %s prints', (name, adapter) => {
  const recorded = lines(name);

  it('gives events that can be written down, and never throws', () => {
    expect(recorded.length).toBeGreaterThan(20);
    const other = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
    const output = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(fc.constantFrom(...recorded), fc.nat(), other).map((parts) => changed(...parts)),
      },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
      { weight: 1, arbitrary: fc.string() },
    );
    fc.assert(
      fc.property(fc.array(output, { maxLength: 12 }), (printed) => {
        const conversation = adapter.startConversation?.({ brief, prompt: 'the prompt' });
        conversation?.open?.();
        const events = printed.flatMap((one) => {
          const parsed = conversation?.receive(one, NOW);
          for (const line of parsed?.write ?? []) expect(line).not.toContain('\n');
          return parsed?.events ?? [];
        });
        conversation?.send?.('a message');
        const used = new UsageCount(null);
        for (const event of events) {
          expect(JSON.parse(JSON.stringify(event))).toEqual(event);
          if (event.type === 'usage') used.add(event);
        }
        for (const figure of Object.values(used.ofRun ?? {})) expect(figure).toBeGreaterThanOrEqual(0);
        expect(adapter.outcome({ code: 0, signal: null }, printed.join('\n'), events, NOW).kind).toBeTruthy();
      }),
      { numRuns: runs(200) },
    );
  });

  it('takes lines of megabytes, and none at all', () => {
    const conversation = adapter.startConversation?.({ brief, prompt: 'the prompt' });
    const long = 'x'.repeat(4_000_000);
    for (const line of [long, JSON.stringify({ type: long }), `{"type":"${long}`, '', '\0', '[]', 'null'])
      expect(conversation?.receive(line, NOW).events.length).toBeLessThan(10);
    expect(adapter.outcome({ code: 1, signal: null }, long, [], NOW).kind).toBeTruthy();
  });

  it('keeps no more in memory the longer it prints', () => {
    const conversation = adapter.startConversation?.({ brief, prompt: 'the prompt' });
    const texts = recorded.map((line) => line.slice(0, 2_000));
    const printed = (count: number): number => {
      for (let n = 0; n < count; n += 1) conversation?.receive(texts[n % texts.length] ?? '', NOW + n);
      return process.memoryUsage().heapUsed;
    };
    const before = printed(500);
    // Bytes. A conversation that kept these lines would hold more.
    expect(printed(5_000) - before).toBeLessThan(50_000_000);
  });
});

const known = ADAPTERS.flatMap(({ name, cli }) => (cli === null ? [] : [[name, cli] as const]));

describe.each(known)('the CLI of %s', (name, cli) => {
  it('has its section in docs/agent-switches.md', () => {
    const doc = agentsDoc();
    expect(doc).toContain(`\n## ${name}: ${cli.title}\n`);
    expect(doc).toContain(`| \`${name}\` | ${cli.title} |`);
  });

  it('says in whole sentences what its switches open up and how one logs in', () => {
    const { narrow, full } = cli.permissions;
    for (const text of [full, cli.login, ...(narrow === null ? [] : [narrow])]) expect(text).toMatch(/^\S.*\S$/s);
  });

  it('names variables of the environment, and passes on no key unnamed', () => {
    for (const variable of [...cli.keys, ...cli.passes]) expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
    expect(cli.passes.filter((variable) => cli.keys.includes(variable))).toEqual([]);
  });

  it('has another form for `permissions: full`, if it has a narrow one', () => {
    const { settings } = agentRun([cli.program]);
    const of = (permissions: 'narrow' | 'full'): string => {
      const plan = planOf(adapterNamed(name)!, { settings: { ...settings, kind: name, permissions } });
      return JSON.stringify([plan.command, plan.env, plan.command === null ? {} : plan.files]);
    };
    if (cli.permissions.narrow !== null) expect(of('narrow')).not.toBe(of('full'));
  });
});
