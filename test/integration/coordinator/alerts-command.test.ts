import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import run from '../../../src/commands/alerts.ts';
import { appendEvent } from '../../../src/runs/event-log.ts';
import { until } from '../../rig/waiting.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-alerts-'));
  execFileSync('git', ['init', '-q', '-b', 'main', root]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const alert = (at: number): void =>
  void appendEvent(root, {
    ...{ type: 'alert', alert: 'stalled', value: at, limit: 0, within: null, why: `${at} runs do nothing`, at },
  });

async function alerts(options: Readonly<Record<string, boolean | number>>): Promise<{ out: string; err: string }> {
  const said = { out: '', err: '' };
  await start(options, said);
  return said;
}

const start = (options: Readonly<Record<string, boolean | number>>, said: { out: string; err: string }) =>
  run(
    { args: [], options } as unknown as Parameters<typeof run>[0],
    {
      cwd: root,
      env: {},
      isTTY: false,
      stdout: { write: (text: string) => (said.out += text) },
      stderr: { write: (text: string) => (said.err += text) },
    } as unknown as Parameters<typeof run>[1],
  );

it('lists the newest, oldest first', async () => {
  expect(await alerts({})).toEqual({ out: '', err: 'no alerts are in the log\n' });
  expect(await alerts({ json: true })).toEqual({ out: '[]\n', err: '' });
  for (const at of [1, 2, 3]) alert(at);
  appendEvent(root, { type: 'settings-changed', at: 4 });
  appendEvent(root, { type: 'alert-over', alert: 'stalled', seconds: 60, at: 5 });
  const { out } = await alerts({ limit: 2, json: true });
  expect(JSON.parse(out)).toMatchObject([
    { type: 'alert', value: 3, at: 3, id: expect.stringMatching(/^events-1:\d+$/) as string },
    { type: 'alert-over', alert: 'stalled', seconds: 60 },
  ]);
  const text = (await alerts({ limit: 1 })).out;
  expect(text).toMatch(/alert over: stalled \(1m\)\n$/);
});

it('follows, a line of JSON each', async () => {
  alert(1);
  const said = { out: '', err: '' };
  void start({ follow: true, json: true, limit: 5 }, said).catch(() => {});
  await until(() => said.out.includes('\n'));
  appendEvent(root, { type: 'settings-changed', at: 2 });
  alert(3);
  await until(() => said.out.split('\n').length === 3);
  expect(
    said.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { at: number }).at),
  ).toEqual([1, 3]);
});
