import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bridgeArguments } from '../../../src/agents/acp/bridge-options.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { RunRig, until } from '../../rig/run-rig.ts';
import { buildAcp } from './acp-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

/** A run of the agent of these tests, as the `acp` adapter plans it. */
async function brief(script: string, traits: readonly string[], change: Partial<Brief> = {}): Promise<Brief> {
  const { bridge, agent } = await buildAcp();
  const args = bridgeArguments({
    worktree: rig.worktree,
    permissions: 'narrow',
    programs: [],
    model: null,
    resume: change.session?.resume === true ? change.session.id : null,
    mcp: [],
    gitFolders: [],
    agent: [process.execPath, agent, join(rig.root, 'heard'), `script=${script}`, ...traits],
  });
  return rig.brief({
    command: { file: process.execPath, args: [bridge, ...args], stdin: 'dialogue' },
    ...change,
    adapter: 'acp',
  });
}

const heard = (): string => readFileSync(join(rig.root, 'heard'), 'utf8');

it('the runner plays an agent through the bridge: session, use, refusals, a message while it works, its report', async () => {
  const run = await brief('run curl http://x;wait;report;say Done.', ['steers']);
  await rig.start(run);
  await until(() => existsSync(join(rig.root, 'heard')) && heard().includes('"prompt"'), 'the prompt to arrive');
  mkdirSync(run.messages, { recursive: true });
  const message = { id: 'm', at: 1, by: { name: 'Ada', email: 'a@b' }, priority: 'normal', text: 'Mind the gap.' };
  writeFileSync(join(run.messages, '1-0000000000001-0a1b2c3d.json'), JSON.stringify(message));
  const result = await rig.result(run);
  expect(result).toMatchObject({
    cause: 'reported',
    session: 's-1',
    usage: { input: 120, output: 10, cached: 20 },
    denied: ['execute curl http://x'],
    exit: { code: 0, signal: null },
    survivors: [],
  });
  expect(heard()).toContain('"Mind the gap."');
  expect(rig.events(run)).toContainEqual(expect.objectContaining({ type: 'told', text: 'Mind the gap.', by: 'Ada' }));
  expect(rig.read(run, 'report.md')).toContain('It is done.');
});

it('an agent that asks for a login, and one whose session is gone', async () => {
  const login = await brief('say x', ['no-login']);
  expect(await rig.run(login)).toMatchObject({
    cause: 'not-started',
    login: true,
    detail: 'it needs a login or a key: Authentication required',
  });
  const gone = await brief('say x', ['loads', 'forgetful'], { session: { id: 's-9', resume: true } });
  expect(await rig.run(gone)).toMatchObject({ cause: 'not-started', noSession: true, detail: 'no such session' });
});

it('a run that is stopped leaves no agent behind', async () => {
  const run = await brief('wait', ['stubborn', 'deaf'], { grace: 500 });
  await rig.start(run);
  await until(() => existsSync(join(rig.root, 'heard')) && heard().includes('"prompt"'), 'the prompt to arrive');
  writeFileSync(rig.path(run, 'stop.json'), JSON.stringify({ cause: 'stopped', detail: 'enough', at: 1 }));
  expect(await rig.result(run)).toMatchObject({ cause: 'stopped', survivors: [] });
});
