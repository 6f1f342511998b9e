import type { ElicitResult } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Subscriptions } from '../../../src/mcp/subscriptions.ts';
import type { Board } from '../../../src/surfaces/board-types.ts';
import { until } from '../../rig/waiting.ts';
import { ERAS, McpRig, type Connected, type Era } from './mcp-rig.ts';

let rig: McpRig;
beforeEach(() => void (rig = new McpRig()));
afterEach(() => rig.end());

const STATUS = 'kanban://status';

/** Subscribes in the way of the era. @returns the addresses that were notified */
async function subscribe({ client }: Connected, era: Era, uris: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
  if (era === 'newer') await client.listen({ resourceSubscriptions: [...uris] });
  else for (const uri of uris) await client.subscribeResource({ uri });
  return told;
}

describe.each(ERAS)('a subscription in the %s form of the protocol', (era) => {
  it('fires on a hand edit of the entry that it is about', async () => {
    const session = await rig.connect({ era });
    await session.data('status');
    const told = await subscribe(session, era, [STATUS, 'kanban://entry/T-1']);
    // Right after the answer: no change is missed from there on.
    rig.write('board/TODO.md', rig.read('board/TODO.md').replace(/body.*/, 'another body'));
    await until(() => told.includes(STATUS) && told.includes('kanban://entry/T-1'));
    told.length = 0;
    rig.write('board/TODO.md', rig.read('board/TODO.md').replace('T-2: Two', 'T-2: Three'));
    await until(() => told.includes(STATUS));
    expect(await session.read('kanban://entry/T-2')).toContain('T-2: Three');
  });
});

it('a resource that never changes cannot be subscribed to', async () => {
  const { client } = await rig.connect({ era: 'older' });
  await expect(client.subscribeResource({ uri: 'kanban://rules' })).rejects.toThrow('cannot be subscribed to');
  await client.subscribeResource({ uri: STATUS });
  await client.unsubscribeResource({ uri: STATUS });
});

describe.each(ERAS)('an approval in the %s form of the protocol', (era) => {
  beforeEach(async () => {
    await rig.end();
    rig = new McpRig('## [APPROVE] T-1: One\n\n## [APPROVE] T-2: Two\n');
  });

  it('asks the user once, and does what the user agrees to, for the tip that was shown', async () => {
    const tip = rig.branch('T-1', { 'a.txt': 'a\n' });
    const before = rig.git('rev-parse', 'main');
    const asked: string[] = [];
    let answer: ElicitResult = { action: 'decline' };
    const user = (question: string): ElicitResult => {
      asked.push(question);
      return answer;
    };
    const session = await rig.connect({ era, profile: 'approve', user });
    for (const wrong of [null, '0'.repeat(40)]) {
      const moved = await session.call('approve', { id: 'T-1', tip: wrong });
      expect([moved.isError, moved.text, asked]).toEqual([true, expect.stringContaining(tip), []]);
    }
    for (const no of [answer, { action: 'accept', content: { agree: false } } as const]) {
      answer = no;
      const { isError, text } = await session.call('approve', { id: 'T-1', tip });
      expect([isError, text]).toEqual([true, expect.stringContaining('did not agree')]);
    }
    expect([asked.splice(0).length, rig.git('rev-parse', 'main')]).toEqual([2, before]);
    answer = { action: 'accept', content: { agree: true } };
    expect(await session.data('approve', { id: 'T-1', tip })).toMatchObject({ ok: true });
    expect(await session.data('approve', { id: 'T-2', tip: null })).toMatchObject({ ok: true });
    expect(asked).toEqual([
      `Approve T-1: One? Its branch is at ${tip.slice(0, 12)}, which may land when its tests pass.`,
      'Approve the start of T-2: Two?',
    ]);
    expect(rig.read('board/TODO.md')).toContain('## T-1: One\n\n## T-2: Two\n');
    expect(await session.call('approve', { id: 'T-1', tip })).toMatchObject({ text: 'T-1 does not wait for approval' });
    expect((await session.call('undo', { id: 'T-1', why: 'x' })).text).toBe('T-1 has not landed');
  });

  it('that the client cannot ask for is refused, with the command', async () => {
    const session = await rig.connect({ era, profile: 'approve' });
    const { isError, text } = await session.call('approve', { id: 'T-1', tip: null });
    expect([isError, text]).toEqual([true, expect.stringContaining('kanban approve T-1')]);
  });
});

it('resources and prompts have what an agent needs, and quote it', async () => {
  const session = await rig.connect();
  const { resources } = await session.client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual([
    STATUS,
    'kanban://rules',
    'kanban://schema/plan',
    'kanban://entry/T-1',
    'kanban://entry/T-2',
  ]);
  expect(JSON.parse(await session.read(STATUS))).toMatchObject({ counts: { TODO: 2 }, next: null });
  expect(await session.read('kanban://rules')).toBe('Be kind.');
  expect(JSON.parse(await session.read('kanban://schema/plan'))).toMatchObject({ required: ['entries'] });
  // The fence is longer than the one in the entry.
  expect(await session.read('kanban://entry/t-1')).toMatch(/^# T-1\n\n````text\n[^]*```sh[^]*\n````\n$/);
  const { completion } = await session.client.complete({
    ref: { type: 'ref/resource', uri: 'kanban://entry/{id}' },
    argument: { name: 'id', value: 't-' },
  });
  expect(completion.values).toEqual(['T-1', 'T-2']);
  for (const uri of [
    'kanban://entry/T-9',
    'kanban://entry/..%2F..%2Fetc',
    'kanban://run/..%2F..%2Fx/report',
    'kanban://x',
  ])
    await expect(session.read(uri)).rejects.toThrow();
  const prompt = async (name: string, args: Record<string, string>): Promise<string> => {
    const [first] = (await session.client.getPrompt({ name, arguments: args })).messages;
    return first?.content.type === 'text' ? first.content.text : '';
  };
  expect(await prompt('plan', { request: 'Rate limits' })).toMatch(/```text\nRate limits\n```[^]*Be kind\./);
  expect(await prompt('triage', { id: 'T-1' })).toContain('Do nothing before I agree');
  expect(await prompt('handoff', { id: 'T-1' })).toContain('Way back');
  await expect(prompt('triage', { id: 'T-9' })).rejects.toThrow('not on the board');
});

it('20 calls at the same time, of which some write, are all answered', async () => {
  const session = await rig.connect();
  const calls = Array.from({ length: 20 }, (_, index) =>
    index % 5 === 0
      ? session.data('add_entries', { entries: [{ title: `New ${index}` }] })
      : session.data(
          ['status', 'show', 'events', 'diff'][index % 4]!,
          index % 4 === 1 || index % 4 === 3 ? { id: 'T-1' } : {},
        ),
  );
  await Promise.all(calls);
  const { entries } = await session.data('status');
  expect((entries as { id: string }[]).map(({ id }) => id)).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6']);
  expect(rig.git('status', '--porcelain')).toBe('');
  expect(rig.reported).toEqual([]);
});

describe('subscriptions', () => {
  /** A board that is followed by hand: each change names T-1. */
  function followed() {
    const signals: AbortSignal[] = [];
    const changes: (() => void)[] = [];
    async function* follow({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<unknown> {
      signals.push(signal);
      yield { seq: 1, patch: {} };
      for (let seq = 2; !signal.aborted; seq += 1) {
        await new Promise<void>((resolve) => {
          changes.push(resolve);
          signal.addEventListener('abort', () => resolve());
        });
        yield { seq, patch: { gone: ['T-1'] } };
      }
    }
    const board = { follow } as unknown as Board;
    return { signals, changes, board };
  }

  it.each(['remove', 'close'] as const)('end what follows the board, and what waits to be sent, by %s', async (how) => {
    const { signals, changes, board } = followed();
    const sent: string[] = [];
    const failures: unknown[] = [];
    const subscriptions = new Subscriptions(
      () => Promise.resolve(board),
      (error) => failures.push(error),
    );
    subscriptions.target = async (uri) => void sent.push(uri);
    await subscriptions.add('one', ['kanban://entry/T-1']);
    const change = async (): Promise<void> => {
      await until(() => changes.length > 0);
      changes.splice(0).forEach((happen) => happen());
      await until(() => changes.length > 0 || signals[0]?.aborted === true);
    };
    await change();
    // Within the gap: it waits to be sent.
    await change();
    expect(sent).toEqual(['kanban://entry/T-1']);
    if (how === 'remove') subscriptions.remove('one');
    else subscriptions.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    // Followed anew, at once: nothing of the old one is sent, and the gap begins anew.
    await subscriptions.add('two', ['kanban://entry/T-1']);
    expect(signals).toHaveLength(2);
    await change();
    expect([sent.length, failures]).toEqual([2, []]);
    subscriptions.close();
  });
});
