import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaveMessage } from '../../../src/runs/message-store.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { salvageRun } from '../../../src/runner/salvage-run.ts';
import { RunRig, until } from '../../rig/run-rig.ts';

const FAKE = fileURLToPath(new URL('../../rig/fake-claude.mjs', import.meta.url));
const ADA = { name: 'Ada', email: 'ada@example.com' };

let rig: RunRig;
let steer: string;
beforeEach(() => {
  rig = new RunRig();
  steer = join(rig.root, '.git', 'steer');
});
afterEach(() => rig.remove());

/** A run of the claude adapter, whose program does this; fake-claude.mjs has the words. */
function claude(plan: string, change: Partial<Brief> = {}): Brief {
  mkdirSync(join(steer, 'plans'), { recursive: true });
  writeFileSync(join(steer, 'plans', 'task'), plan);
  const args = [FAKE, steer, '--session-id', 'session-1'];
  return rig.brief({
    adapter: 'claude',
    agent: 'claude',
    command: { file: process.execPath, args, stdin: 'dialogue' },
    session: { id: 'session-1', resume: false },
    ...change,
  });
}

const say = (text: string, priority: 'high' | 'normal' | 'low' = 'normal'): string =>
  leaveMessage(rig.root, 'T-1', { by: ADA, priority, text });
const at = (place: string): Promise<void> => until(() => existsSync(join(steer, 'at', place)), `the agent at ${place}`);
const go = (place: string): void => writeFileSync(join(steer, 'go', place), '');
const heard = (time = 1): string[] =>
  readFileSync(join(steer, 'heard', `T-1.task.${time}`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
const inFolder = (name: string): string[] => {
  const folder = join(rig.root, '.kanban', 'messages', 'T-1', name);
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
};
const eventsOf = (brief: Brief, type: string) => rig.events(brief).filter((event) => event.type === type);

describe('a message for the turn that is on', () => {
  it('is given to it while it works, the more urgent one first, and is put away; the turn answers it', async () => {
    const brief = claude(`
      await hear(); begin(); await pause('working');
      const first = await hear(), second = await hear();
      commit('new.txt', first + ' ' + second); report('done'); result();`);
    await rig.start(brief);
    await at('working');
    const files = [say('slowly', 'low'), say('at once', 'high')];
    await until(() => inFolder('delivered').length === 2, 'both given');
    go('working');
    expect(await rig.result(brief)).toMatchObject({ cause: 'reported', ahead: 1, session: 'session-1' });
    // The runner may have looked between the two.
    expect(heard().slice(1).toSorted()).toEqual(['at once', 'slowly']);
    expect(inFolder('.')).toEqual([]);
    expect(inFolder('delivered').toSorted()).toEqual(files.toSorted());
    expect(eventsOf(brief, 'told')).toMatchObject([{ by: 'Ada' }, { by: 'Ada' }]);
  });

  it('those that wait are given by priority, then by time', async () => {
    say('third', 'low');
    say('first', 'high');
    say('second');
    const brief = claude(`await hear(); begin(); await hear(); await hear(); await hear(); report('done'); result();`);
    expect((await rig.run(brief)).cause).toBe('reported');
    expect(heard()).toEqual(['the prompt\n', 'first', 'second', 'third']);
  });

  it('one that is not taken up before the turn ends begins another; stdin stays open for it', async () => {
    const brief = claude(`
      await hear(); begin(); await pause('ending'); result();
      const text = await hear(); begin(); commit('new.txt', text); report('done'); result();`);
    await rig.start(brief);
    await at('ending');
    say('one more thing');
    await until(() => inFolder('delivered').length === 1, 'given');
    go('ending');
    expect(await rig.result(brief)).toMatchObject({ cause: 'reported', changed: ['new.txt'] });
    expect(rig.inTask('show', 'HEAD:new.txt')).toBe('one more thing');
  });

  it('one that comes when its last turn is over stays for the next run', async () => {
    const brief = claude(`await hear(); begin(); report('done'); result(); await ended; await pause('leaving');`);
    await rig.start(brief);
    await at('leaving');
    const file = say('too late');
    go('leaving');
    expect((await rig.result(brief)).cause).toBe('reported');
    expect(inFolder('.')).toEqual([file]);
    expect(heard()).toHaveLength(1);
  });

  it('none is lost or given over and over where it cannot be put away', async () => {
    const messages = join(rig.root, '.kanban', 'messages', 'T-1');
    mkdirSync(messages, { recursive: true });
    writeFileSync(join(messages, 'delivered'), 'in the way');
    const brief = claude(`
      await hear(); begin(); await pause('working'); await hear(); await pause('told'); await hear(); report('done'); result();`);
    await rig.start(brief);
    await at('working');
    say('hello');
    go('working');
    await at('told');
    say('again');
    await until(() => heard().length === 3, 'the second one');
    go('told');
    expect((await rig.result(brief)).cause).toBe('reported');
    expect(heard().slice(1)).toEqual(['hello', 'again']);
  });
});

describe('the deadline', () => {
  it('is told once, at 80 % of it, to an agent that can be told', async () => {
    const brief = claude(
      `await hear(); begin(); const text = await hear(); commit('new.txt', text); report('done'); result();`,
      { timeout: 12_000 },
    );
    expect((await rig.run(brief)).cause).toBe('reported');
    expect(rig.inTask('show', 'HEAD:new.txt')).toMatch(/^About 1 minute of your time is left\. Commit what you have/);
    expect(eventsOf(brief, 'told')).toMatchObject([{ by: 'kanban' }]);
  });

  it('I9: that falls while it waits for its provider is the provider’s, and no notice queues another turn', async () => {
    const brief = claude(`await hear(); begin(); ${RETRY} await forever();`, { timeout: 3_000 });
    const result = await rig.run(brief);
    expect(eventsOf(brief, 'told')).toEqual([]);
    expect(result).toMatchObject({ cause: 'provider', detail: 'overloaded (529), retry 1 of 6' });
  });
});

describe('I9: an agent whose turn has ended', () => {
  it('in a refused key is read as such, although the deadline falls while it lingers', async () => {
    const refused = `result({ is_error: true, result: 'Not logged in · Please run /login' });`;
    const brief = claude(`await hear(); begin(); ${refused} await forever();`, { timeout: 2_000 });
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'not-started', login: true });
    expect(eventsOf(brief, 'told')).toEqual([]);
    expect(heard()).toHaveLength(1);
  });

  it('is understood however long its last line is', async () => {
    const brief = claude(`
      await hear(); begin(); report('done');
      result({ cost: 0.5, input: 7, output: 3, result: 'long ünd "quoted"\\n'.repeat(200_000) });`);
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', usage: { costUsd: 0.5, input: 7 } });
  });
});

/** Its own words for an attempt that failed; it tries again after a second. */
const RETRY = `print({ type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 6, retry_delay_ms: 1000, error: 'overloaded', error_status: 529 });`;
const LIMIT = (seconds: number): string =>
  `print({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: Math.round(Date.now() / 1000) + ${seconds}, rateLimitType: 'five_hour' } });`;

describe('an agent that waits for its provider', () => {
  it('is ended as `provider` when its patience is over, with the time that it was told', async () => {
    const result = await rig.run(claude(`await hear(); begin(); ${RETRY} await forever();`, { patience: 1_000 }));
    expect(result).toMatchObject({ cause: 'provider', detail: 'overloaded (529), retry 1 of 6', session: 'session-1' });
    expect(result.providerUntil).toBeGreaterThan(result.startedAt);
  });

  it('is ended at once when the provider names a time beyond it', async () => {
    const result = await rig.run(claude(`await hear(); begin(); ${LIMIT(3_600)} await forever();`));
    expect(result).toMatchObject({ cause: 'provider', detail: expect.stringContaining('five-hour limit is reached') });
    expect(result.providerUntil).toBeGreaterThan(result.startedAt + 3_000_000);
  });

  it('and continues in time has only waited', async () => {
    const goesOn = `await hear(); begin(); ${RETRY} use('Bash', { command: 'ls' }); sh('sleep 4'); report('done'); result();`;
    expect((await rig.run(claude(goesOn, { patience: 2_000 }))).cause).toBe('reported');
  });

  it('and gives up by itself is the provider’s; a login is nobody’s failure', async () => {
    const failed = (more: string): string => `await hear(); begin(); result({ is_error: true, ${more} });`;
    const busy = claude(failed(`result: 'API Error: 529 Overloaded', api_error_status: 529`));
    expect(await rig.run(busy)).toMatchObject({ cause: 'provider' });
    const login = claude(failed(`result: 'Not logged in · Please run /login'`));
    expect(await rig.run(login)).toMatchObject({ cause: 'not-started', login: true });
  });
});

describe('the same tool call over and over', () => {
  const LOOP = `await hear(); begin(); for (let n = 0; n < 5; n += 1) use('Bash', { command: 'ls' });`;

  it('is told, and told to be over at the next other one', async () => {
    const brief = claude(`${LOOP} use('Bash', { command: 'pwd' }); report('done'); result();`, {
      stall: { after: 300_000, repeat: 4, kill: false },
    });
    expect((await rig.run(brief)).cause).toBe('reported');
    expect(rig.events(brief).filter(({ type }) => type === 'stalled' || type === 'awake')).toMatchObject([
      { type: 'stalled', why: expect.stringMatching(/^the same tool call 4 times in a row: Bash .*ls/) },
      { type: 'awake' },
    ]);
  });

  it('ends the run where the settings say so', async () => {
    const stall = { after: 300_000, repeat: 4, kill: true };
    expect(await rig.run(claude(`${LOOP} await forever();`, { stall }))).toMatchObject({ cause: 'stalled' });
  });
});

describe('what it uses', () => {
  it('is written down while it works, added up over its turns, and in the result', async () => {
    const brief = claude(`
      await hear(); begin(); await pause('one'); result({ cost: 0.25, input: 100, output: 20 });
      await hear(); begin(); await pause('two'); report('done'); result({ cost: 0.5, input: 7, output: 3 });`);
    await rig.start(brief);
    await at('one');
    say('and this');
    await until(() => inFolder('delivered').length === 1, 'given');
    go('one');
    await at('two');
    await until(() => existsSync(rig.path(brief, 'usage.json')), 'usage.json');
    expect(JSON.parse(rig.read(brief, 'usage.json'))).toEqual({
      run: { input: 100, output: 20, cached: 0, costUsd: 0.25 },
    });
    go('two');
    expect((await rig.result(brief)).usage).toEqual({ input: 107, output: 23, cached: 0, costUsd: 0.75 });
  });

  it.each([
    ['dollars', { costUsd: 0.2, tokens: null }],
    ['tokens', { costUsd: null, tokens: 120 }],
  ])('reaching its allowance of %s ends it as stopped and capped', async (_, left) => {
    const brief = claude(
      `await hear(); begin(); await pause('one'); result({ cost: 0.25, input: 100, output: 20 }); await forever();`,
      {
        allowance: { ...left, why: 'a cap of `caps` is reached' },
      },
    );
    await rig.start(brief);
    await at('one');
    // With something still to be answered its turn is not its last.
    say('continue');
    await until(() => inFolder('delivered').length === 1, 'given');
    go('one');
    expect(await rig.result(brief)).toMatchObject({
      cause: 'stopped',
      capped: true,
      detail: 'a cap of `caps` is reached',
    });
  });

  it('told only with its last word ends nothing: the work that was paid for counts', async () => {
    const brief = claude(
      `await hear(); begin(); commit('new.txt', 'x'); report('done'); result({ cost: 9, input: 1, output: 1 });`,
      {
        allowance: { costUsd: 0.2, tokens: null, why: 'a cap' },
      },
    );
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'reported', ahead: 1, usage: { costUsd: 9 } });
    expect(result.capped).toBeUndefined();
  });

  it('and ending without a report because that was all is being stopped by the cap', async () => {
    const brief = claude(
      `await hear(); begin(); result({ cost: 0.3, is_error: true, subtype: 'error_max_budget_usd' });`,
      { allowance: { costUsd: 0.3, tokens: null, why: 'a cap' } },
    );
    expect(await rig.run(brief)).toMatchObject({ cause: 'stopped', capped: true, detail: 'a cap' });
  });

  it('is not lost with the runner, nor is the session, nor what was said', async () => {
    const brief = claude(`
      await hear(); begin(); await pause('one'); result({ cost: 0.25, input: 100, output: 20 });
      await hear(); await pause('two');`);
    const runner = await rig.start(brief);
    await at('one');
    const file = say('and this');
    await until(() => inFolder('delivered').length === 1, 'given');
    go('one');
    await at('two');
    await until(() => existsSync(rig.path(brief, 'usage.json')), 'usage.json');
    process.kill(runner.pid ?? 0, 'SIGKILL');
    await until(() => runner.signalCode !== null, 'the end of the runner');
    const result = await salvageRun(rig.path(brief, '.'), 20_000);
    expect(result).toMatchObject({
      cause: 'lost',
      session: 'session-1',
      usage: { input: 100, output: 20, costUsd: 0.25 },
    });
    expect(inFolder('delivered')).toEqual([file]);
  });

  it('a run that no agent was started for has left no session', async () => {
    const brief = claude(`await forever();`);
    rig.order(brief);
    writeFileSync(
      rig.path(brief, 'run.json'),
      JSON.stringify({
        pid: 1,
        startTime: '0',
        bootId: 'another',
        host: '',
        pidNamespace: '',
        claimedAt: 1,
        lost: true,
      }),
    );
    const result = await salvageRun(rig.path(brief, '.'), 20_000);
    expect(result.cause).toBe('lost');
    expect(result.session).toBeUndefined();
  });
});

describe('a session', () => {
  it('that is gone is told as such, not as a failure', async () => {
    const brief = claude('');
    const args = [FAKE, steer, '--resume', 'gone'];
    const resumed = {
      ...brief,
      command: { file: process.execPath, args, stdin: 'dialogue' as const },
      session: { id: 'gone', resume: true },
    };
    expect(await rig.run(resumed)).toMatchObject({ cause: 'not-started', noSession: true });
  });
});

describe('pi', () => {
  it('is told by steering, counts step by step, and leaves when it is idle', async () => {
    mkdirSync(steer, { recursive: true });
    writeFileSync(join(steer, 'pi.mjs'), PI);
    const brief = rig.brief({
      adapter: 'pi',
      agent: 'pi',
      command: { file: process.execPath, args: [join(steer, 'pi.mjs')], stdin: 'dialogue' },
    });
    await rig.start(brief);
    await until(() => existsSync(join(rig.worktree, 'begun')), 'its turn');
    const file = say('/mind the tests');
    expect(await rig.result(brief)).toMatchObject({ session: 'pi-1', exit: { code: 0 } });
    expect(inFolder('delivered')).toEqual([file]);
    expect(rig.inTask('show', 'HEAD:told')).toBe('/mind the tests');
    expect(eventsOf(brief, 'told')).toHaveLength(1);
    expect(JSON.parse(rig.read(brief, 'usage.json'))).toMatchObject({ run: { input: 30, output: 5, costUsd: 0.5 } });
  });
});

/** pi's rpc mode, as far as one turn goes: two answers, a message in between. */
const PI = `
  import { writeFileSync } from 'node:fs';
  import { createInterface } from 'node:readline';
  const print = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
  const answer = (stopReason) => print({ type: 'message_end', message: {
    role: 'assistant', stopReason, content: [{ type: 'text', text: 'so be it' }],
    usage: { input: 15, output: 2.5, cacheRead: 0, cacheWrite: 0, cost: { total: 0.25 } } } });
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, type, message, streamingBehavior } = JSON.parse(line);
    const data = type === 'get_state' ? { sessionId: 'pi-1', isStreaming: false, pendingMessageCount: 0 } : {};
    print({ id, type: 'response', command: type, success: true, data });
    if (type !== 'prompt') return;
    if (streamingBehavior === undefined) {
      print({ type: 'agent_start' });
      answer('toolUse');
      writeFileSync('begun', '');
    } else {
      writeFileSync('told', message.trim());
      answer('stop');
      print({ type: 'agent_end', messages: [] });
    }
  }).on('close', () => process.exit(0));
`;
