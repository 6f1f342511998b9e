import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { answer, post, readMailbox, settleRequest, waitForAnswer } from '../../../src/runs/mailbox.ts';
import type { NewRequest } from '../../../src/runs/mailbox.ts';
import { buildProgram } from '../../rig/child-program.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

let home: string;
let dir: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kanban-mailbox-'));
  dir = join(home, '.kanban/mailbox');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const request = (why: string): NewRequest => ({
  by: { name: 'Ann', email: 'ann@example.com' },
  command: 'retry',
  taskId: 'T-1',
  why,
});

describe('mailbox', () => {
  it('gives requests back in the order in which they were posted', () => {
    const ids = Array.from({ length: 50 }, (_, i) => post(dir, request(String(i))));
    const { requests, problems } = readMailbox(dir);
    expect(problems).toEqual([]);
    expect(requests.map(({ id }) => id)).toEqual(ids);
    expect(requests.map(({ why }) => why)).toEqual(ids.map((_, i) => String(i)));
    expect(requests[0]).toMatchObject({ command: 'retry', taskId: 'T-1', by: { name: 'Ann' } });
  });

  it('keeps a request until it is settled, also when it was answered (I8: a coordinator killed in between reads it again)', () => {
    const id = post(dir, request('x'));
    answer(dir, id, { ok: true, message: 'done' });
    expect(readMailbox(dir).requests).toHaveLength(1);
    settleRequest(dir, id);
    settleRequest(dir, id);
    expect(readMailbox(dir).requests).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'I10: a settled request whose file stays is reported once, and not read again',
    () => {
      const id = post(dir, request('x'));
      chmodSync(dir, 0o500);
      try {
        settleRequest(dir, id);
        expect(existsSync(join(dir, `${id}.json`))).toBe(true);
        expect(readMailbox(dir)).toMatchObject({ requests: [], problems: [{ code: 'request-stays' }] });
        expect(readMailbox(dir)).toEqual({ requests: [], problems: [] });
      } finally {
        chmodSync(dir, 0o700);
      }
    },
  );

  it('is empty where there is none', () => {
    expect(readMailbox(join(home, 'nowhere'))).toEqual({ requests: [], problems: [] });
  });

  it('puts aside what is no request, names it once, and continues with the rest', () => {
    const id = post(dir, request('good'));
    const bad = [
      '{"id":',
      '[]',
      'null',
      '{}',
      JSON.stringify({ ...request('x'), id: 'other', at: 1 }),
      JSON.stringify({ ...request('x'), id: 'z5', at: 1, command: 'format' }),
    ];
    bad.forEach((text, i) => writeFileSync(join(dir, `z${i}.json`), text));
    const { requests, problems } = readMailbox(dir);
    expect(requests.map((read) => read.id)).toEqual([id]);
    expect(problems).toHaveLength(bad.length);
    expect(problems[0]).toMatchObject({ code: 'unreadable-request' });
    expect(readMailbox(dir).problems).toEqual([]);
    expect(readdirSync(join(dir, 'unreadable'))).toHaveLength(bad.length);
  });

  it('is private to the user', () => {
    const id = post(dir, request('x'));
    expect(statSync(dir).mode & 0o077).toBe(0);
    expect(statSync(join(dir, `${id}.json`)).mode & 0o077).toBe(0);
  });

  it('brings the answer to the command that waits, whichever comes first, and takes it away', async () => {
    const first = post(dir, request('1'));
    answer(dir, first, { ok: true, message: 'before' });
    expect(await waitForAnswer(dir, first, 30_000)).toEqual({ ok: true, message: 'before' });
    const second = post(dir, request('2'));
    const waiting = waitForAnswer(dir, second, 30_000);
    await new Promise((resolve) => setImmediate(resolve));
    answer(dir, second, { ok: false, message: 'after' });
    expect(await waiting).toEqual({ ok: false, message: 'after' });
    expect(readdirSync(join(dir, 'answers'))).toEqual([]);
  });

  it('comes back without an answer when none comes; the request still stands', async () => {
    const id = post(dir, request('x'));
    expect(await waitForAnswer(dir, id, 30)).toBeNull();
    expect(readMailbox(dir).requests).toHaveLength(1);
  });

  it('forgets answers that nobody fetched', () => {
    answer(dir, 'old', { ok: true, message: '' });
    utimesSync(join(dir, 'answers/old.json'), 1, 1);
    answer(dir, 'new', { ok: true, message: '' });
    expect(readdirSync(join(dir, 'answers'))).toEqual(['new.json']);
  });

  it(
    'loses nothing and doubles nothing when the reader is killed at any moment (I8)',
    { timeout: 300_000 },
    async () => {
      const program = buildProgram(
        `
      import { appendFileSync, existsSync, readFileSync } from 'node:fs';
      import { answer, readMailbox, settleRequest } from '../../../src/runs/mailbox.ts';
      const [dir, log] = process.argv.slice(2);
      for (;;) for (const { id } of readMailbox(dir).requests) {
        // As the coordinator: carried out once, by the commit that names the request.
        if (!existsSync(log) || !readFileSync(log, 'utf8').includes(id)) appendFileSync(log, id + '\\n');
        answer(dir, id, { ok: true, message: id });
        settleRequest(dir, id);
      }`,
        join(home, 'reader.mjs'),
      );
      const log = join(home, 'log');
      const posted: string[] = [];
      for (let round = 0; round < 12; round++) {
        const reader = spawn(process.execPath, [program, dir, log], { stdio: ['ignore', 'ignore', 'inherit'] });
        const before = readFileOrEmpty(log).split('\n').length;
        for (let i = 0; i < 40; i++) posted.push(post(dir, request(`${round}.${i}`)));
        await until(() => readFileOrEmpty(log).split('\n').length > before + round);
        reader.kill('SIGKILL');
        await new Promise((resolve) => reader.once('exit', resolve));
      }
      const last = spawn(process.execPath, [program, dir, log], { stdio: ['ignore', 'ignore', 'inherit'] });
      await until(() => readMailbox(dir).requests.length === 0);
      last.kill('SIGKILL');
      const done = readFileSync(log, 'utf8').trim().split('\n');
      expect(done).toHaveLength(posted.length);
      expect(new Set(done)).toEqual(new Set(posted));
      for (const id of posted) expect(await waitForAnswer(dir, id, 5000)).toEqual({ ok: true, message: id });
    },
  );

  it('a post that is killed half-way leaves no half request', () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, '123-aa.json.4242.deadbeef'), '{"id": "123-');
    expect(readMailbox(dir)).toEqual({ requests: [], problems: [] });
    expect(existsSync(join(dir, 'unreadable'))).toBe(false);
  });
});
