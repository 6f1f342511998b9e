import { appendFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { agent, methods, ndJsonStream, RequestError } from '@agentclientprotocol/sdk/unstable';
import type { AgentContext } from '@agentclientprotocol/sdk/unstable';

/**
 * An agent that speaks the protocol and does what its prompt says, a step a line. Its arguments say what it is like;
 * the first is a file to which it writes what it hears, one JSON object a line.
 */
const [heardFile = '', ...traits] = process.argv.slice(2);
const is = (trait: string): boolean => traits.includes(trait);
const trait = (name: string): string | undefined =>
  traits.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
const heard = (what: string, value: unknown): void => appendFileSync(heardFile, `${JSON.stringify({ what, value })}\n`);

heard('pid', process.pid);
if (is('noisy')) process.stdout.write('Loading…\n[not json\n');
if (is('noisy')) process.stderr.write('a warning\n');
if (is('stubborn')) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 60_000);
}
if (is('silent')) createInterface({ input: process.stdin }).on('line', () => {});
else serve();

function serve(): void {
  /** What a turn waits for; called with how it continues. */
  let goOn: ((how: string) => void) | null = null;
  const waiting = (): Promise<string> => new Promise((resolve) => (goOn = resolve));

  const session = () => ({
    modes: {
      currentModeId: trait('mode') ?? 'auto',
      availableModes: ['auto', 'default', 'yolo'].map((id) => ({ id, name: id })),
    },
    configOptions: [
      {
        id: 'model',
        name: 'Model',
        category: 'model',
        type: 'select' as const,
        currentValue: 'small',
        options: ['small', 'large'].map((value) => ({ value, name: value.toUpperCase() })),
      },
    ],
  });

  const app = agent({ name: 'fake' })
    .onRequest(methods.agent.initialize, () => ({
      protocolVersion: 1,
      agentInfo: { name: trait('name') ?? 'fake', version: '1' },
      agentCapabilities: {
        loadSession: is('loads'),
        sessionCapabilities: { additionalDirectories: {}, ...(is('resumes') ? { resume: {} } : {}) },
      },
      ...(is('steers') ? { _meta: { steering: { supported: true } } } : {}),
    }))
    .onRequest(methods.agent.session.new, ({ params }) => {
      heard('new', params);
      if (is('no-login')) throw RequestError.authRequired();
      return { sessionId: 's-1', ...session() };
    })
    .onRequest(methods.agent.session.load, async ({ params, client }) => {
      heard('load', params);
      if (is('forgetful')) throw new RequestError(-32603, 'Internal error', { details: 'no such session' });
      await say(client, 'words of long ago');
      return session();
    })
    .onRequest(methods.agent.session.resume, ({ params }) => {
      heard('resume', params);
      if (is('pretends')) throw RequestError.methodNotFound('session/resume');
      return session();
    })
    .onRequest(methods.agent.session.setMode, ({ params }) => {
      heard('mode', params.modeId);
      return {};
    })
    .onRequest(methods.agent.session.setConfigOption, ({ params }) => {
      heard('option', params);
      if ('value' in params && params.value === 'huge') throw RequestError.invalidParams(undefined, 'no such model');
      return { configOptions: [] };
    })
    .onNotification(methods.agent.session.cancel, () => {
      heard('cancel', null);
      if (!is('deaf')) goOn?.('cancelled');
    })
    .onRequest(
      '_session/steering',
      (params) => params as { readonly prompt: readonly { readonly text: string }[] },
      ({ params }) => {
        heard('steering', params.prompt[0]?.text);
        if (is('refuses-steering')) throw RequestError.methodNotFound('_session/steering');
        goOn?.('steered');
        return { outcome: 'injected' };
      },
    )
    .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
      const [block] = params.prompt;
      const text = block?.type === 'text' ? block.text : '';
      heard('prompt', text);
      goOn?.('joined');
      // A prompt that isn't ours to write.
      const script = text.startsWith('the prompt') ? (trait('script') ?? '').split(';') : anew(text);
      for (const line of script) {
        const stop = await step(client, line.trim(), waiting);
        if (stop !== null) return { stopReason: stop };
      }
      return {
        stopReason: 'end_turn',
        usage: { inputTokens: 100, outputTokens: 10, cachedReadTokens: 20, totalTokens: 130 },
      };
    });
  app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
}

/** What is told a second time is not done a second time. */
const anew = (text: string): string[] => (text.split('Your briefing once more:')[0] ?? '').split('\n');

type Stop = 'end_turn' | 'cancelled' | 'refusal';

/** One line of a prompt. @returns how the turn ends; null = it continues. */
async function step(client: AgentContext, line: string, waiting: () => Promise<string>): Promise<Stop | null> {
  const [word = '', ...rest] = line.split(' ');
  const value = rest.join(' ');
  switch (word) {
    case 'say':
      for (const part of value.split('|')) await say(client, part);
      return null;
    case 'wait': {
      const how = await waiting();
      if (how === 'cancelled') return 'cancelled';
      await say(client, `waited: ${how}`);
      return null;
    }
    case 'edit':
      return await ask(client, { kind: 'edit', title: 'Edit', locations: [{ path: value }] });
    case 'run':
      return await ask(client, { kind: 'execute', title: 'Shell', rawInput: { command: value } });
    case 'tool':
      return await ask(client, { kind: 'other', title: value, rawInput: { verdict: 'done' } });
    case 'give-up-if-refused':
      return lastAnswer.startsWith('reject') ? 'end_turn' : null;
    case 'write':
      await client
        .request(methods.client.fs.writeTextFile, { sessionId: 's-1', path: value, content: 'x' })
        .catch((error: { code: number }) => heard('write', error.code));
      return null;
    case 'cost':
      await update(client, {
        sessionUpdate: 'usage_update',
        used: 1,
        size: 2,
        cost: { amount: Number(value), currency: 'USD' },
      });
      return null;
    case 'strange':
      await update(client, { sessionUpdate: 'news_of_tomorrow', what: 1 });
      return null;
    case 'refuse':
      return 'refusal';
    case 'fail':
      throw new RequestError(Number(rest[0]), rest.slice(1).join(' '), { errorKind: 'server_error' });
    case 'report':
      writeFileSync(process.env['KANBAN_REPORT'] ?? '', '---\nverdict: done\n---\nIt is done.\n');
      return null;
    case 'die':
      process.exit(3);
      return null;
    default:
      return null;
  }
}

let calls = 0;
let lastAnswer = '';

async function ask(client: AgentContext, call: Record<string, unknown>): Promise<null> {
  calls += 1;
  const answer = await client.request(methods.client.session.requestPermission, {
    sessionId: 's-1',
    toolCall: { toolCallId: `call-${calls}`, status: 'pending', ...call },
    options: [
      { optionId: 'always', name: 'Always', kind: 'allow_always' },
      { optionId: 'once', name: 'Once', kind: 'allow_once' },
      { optionId: 'reject', name: 'No', kind: 'reject_once' },
    ],
  });
  lastAnswer = answer.outcome.outcome === 'selected' ? answer.outcome.optionId : answer.outcome.outcome;
  heard('answer', lastAnswer);
  return null;
}

const say = (client: AgentContext, text: string): Promise<void> =>
  update(client, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });

const update = (client: AgentContext, what: Record<string, unknown>): Promise<void> =>
  client.notify<unknown>('session/update', { sessionId: 's-1', update: what });
