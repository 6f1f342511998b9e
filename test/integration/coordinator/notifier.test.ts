import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KanbanEvent, TimedEvent } from '../../../src/contract/event.ts';
import { NOTICE_TIMINGS, type NoticeTimings } from '../../../src/coordinator/publish/notices/notice-queue.ts';
import { Notifier } from '../../../src/coordinator/publish/notices/notifier.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

const FAST: NoticeTimings = { ...NOTICE_TIMINGS, waits: { first: 1, most: 5 }, drain: 100_000, tries: 3 };

interface Got {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let root: string;
let server: Server;
let got: Got[];
/** How the server answers the request of this number, from 0. */
let answer: (number: number, response: ServerResponse) => void;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kanban-notifier-'));
  got = [];
  answer = (_, response) => response.end();
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body });
      answer(got.length - 1, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['KANBAN_TEST_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sub/topic?key=s3cret`;
});
afterEach(async () => {
  delete process.env['KANBAN_TEST_URL'];
  delete process.env['KANBAN_TEST_SECRET'];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

function notifierOf(notify: string, timings = FAST): { notifier: Notifier; failures: KanbanEvent[] } {
  const read = parseWorkflow(`---\nnotify: ${notify}\n---\n`, 'WORKFLOW.md');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const { settings } = read.value;
  const failures: KanbanEvent[] = [];
  const emit = (event: KanbanEvent): void => void failures.push(event);
  return { notifier: new Notifier({ root, settings: () => settings, emit, timings }), failures };
}

const personNeeded = (id: string): TimedEvent => ({
  ...{ type: 'person-needed', at: 1_790_000_000_000, id, title: 'Escape <!channel> & more' },
  ...{ column: 'REVIEW', why: 'tests failed twice', ways: [`kanban retry ${id}`] },
});
const landed: TimedEvent = {
  ...{ type: 'entry-landed', at: 1_790_000_000_000, id: 'T-1', title: 'Größe', commit: 'c', line: '', byHand: false },
};
const bodies = (): Record<string, unknown>[] => got.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('targets', () => {
  it('slack gets text in which nothing is a command of Slack', async () => {
    const { notifier, failures } = notifierOf('[{ to: slack, url: $KANBAN_TEST_URL }]');
    notifier.notify(personNeeded('T-9'));
    notifier.notify(landed);
    await notifier.close();
    expect(got[0]?.path).toBe('/sub/topic?key=s3cret');
    expect(bodies()).toEqual([
      {
        text: `*${basename(root)}: T-9 needs you*\nEscape &lt;!channel&gt; &amp; more: tests failed twice\n\`kanban retry T-9\``,
        unfurl_links: false,
        unfurl_media: false,
      },
    ]);
    expect(failures).toEqual([]);
  });

  it('ntfy gets JSON in the folder of its topic, and the token', async () => {
    process.env['KANBAN_TEST_SECRET'] = 'tk_1';
    const { notifier } = notifierOf(
      '[{ to: ntfy, url: $KANBAN_TEST_URL, token: $KANBAN_TEST_SECRET, on: [landed, needs-person] }]',
    );
    notifier.notify(landed);
    notifier.notify(personNeeded('T-9'));
    await notifier.close();
    expect(got[0]?.path).toBe('/sub/?key=s3cret');
    expect(got[0]?.headers.authorization).toBe('Bearer tk_1');
    expect(bodies()).toMatchObject([
      { topic: 'topic', title: `${basename(root)}: T-1 landed`, message: 'Größe', priority: 3 },
      { topic: 'topic', priority: 4 },
    ]);
  });

  it.each([
    ['whsec_c2VjcmV0IGtleQ==', 'secret key'],
    ['plain key', 'plain key'],
  ])('json is signed with %s, anew for each try of one id', async (secret, key) => {
    process.env['KANBAN_TEST_SECRET'] = secret;
    answer = (number, response) => response.writeHead(number === 0 ? 503 : 200).end();
    const { notifier, failures } = notifierOf('[{ to: json, url: $KANBAN_TEST_URL, secret: $KANBAN_TEST_SECRET }]');
    notifier.notify(personNeeded('T-9'));
    await notifier.close();
    expect(got).toHaveLength(2);
    expect(got[1]?.headers['webhook-id']).toBe(got[0]?.headers['webhook-id']);
    for (const { headers, body } of got) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(600);
    }
    expect(bodies()[1]).toMatchObject({
      type: 'person-needed',
      timestamp: '2026-09-21T14:13:20.000Z',
      data: { project: basename(root), title: 'T-9 needs you', event: { id: 'T-9', ways: ['kanban retry T-9'] } },
    });
    expect(failures).toEqual([]);
  });

  it('a command gets the event, the text and its own environment', async () => {
    process.env['KANBAN_TEST_SECRET'] = 'tk_2';
    const { notifier } = notifierOf(
      `[{ run: 'cat > event; echo "$KANBAN_NOTICE_TITLE|$KANBAN_NOTICE_TEXT|$TOKEN|$KANBAN_TEST_URL" > text', env: { TOKEN: x }, on: moved }]`,
    );
    const moved: TimedEvent = {
      ...{ type: 'entry-moved', at: 1, id: 'T-1', title: 'One', from: 'TODO', to: 'IN_PROGRESS', why: 'picked' },
      commit: 'c',
    };
    notifier.notify(moved);
    await notifier.close();
    expect(JSON.parse(readFileSync(join(root, 'event'), 'utf8'))).toEqual(moved);
    expect(readFileSync(join(root, 'text'), 'utf8')).toBe(
      `${basename(root)}: T-1 TODO → IN_PROGRESS|One (picked)|x|\n`,
    );
  });
});

describe('failures', () => {
  it.each([
    [404, 1, 'the server answered 404'],
    [301, 1, /redirects are not followed/],
    [500, 3, 'the server answered 500 (3 tries)'],
  ])('%i is tried %i times, and reported without the address', async (status, tries, why) => {
    answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end('s3cret');
    const { notifier, failures } = notifierOf('[{ to: slack, url: $KANBAN_TEST_URL }]');
    notifier.notify(personNeeded('T-9'));
    await notifier.close();
    expect(got).toHaveLength(tries);
    expect(failures).toEqual([
      {
        type: 'notify-failed',
        target: 'notify[0] (slack)',
        about: 'T-9 needs you',
        why: typeof why === 'string' ? why : expect.stringMatching(why),
      },
    ]);
    expect(JSON.stringify(failures)).not.toMatch(/s3cret|127\.0\.0\.1/);
  });

  it.each([
    ['1', 1_000],
    [() => new Date(Date.now() + 3_000).toUTCString(), 1_000],
  ])('429 is tried again when the server allows it', async (after, least) => {
    const at: number[] = [];
    answer = (number, response) => {
      at.push(performance.now());
      if (number > 0) response.end();
      else response.writeHead(429, { 'retry-after': typeof after === 'string' ? after : after() }).end();
    };
    const { notifier, failures } = notifierOf('[{ to: json, url: $KANBAN_TEST_URL }]');
    notifier.notify(personNeeded('T-9'));
    await until(() => got.length === 2);
    expect(at[1]! - at[0]!).toBeGreaterThan(least - 50);
    await notifier.close();
    expect(failures).toEqual([]);
  });

  it('a server that never answers costs one try its time, and another target nothing', async () => {
    answer = () => {};
    const { notifier, failures } = notifierOf("[{ to: slack, url: $KANBAN_TEST_URL }, { run: 'echo >> ran' }]", {
      ...FAST,
      timeout: 40,
      tries: 2,
    });
    notifier.notify(personNeeded('T-9'));
    await until(() => readFileOrEmpty(join(root, 'ran')) !== '');
    await notifier.close();
    expect(failures).toMatchObject([{ target: 'notify[0] (slack)', why: 'no answer within 0.04s (2 tries)' }]);
  });

  it('what is not delivered when everything ends is dropped and reported; a command lives on', async () => {
    answer = () => {};
    const { notifier, failures } = notifierOf(
      "[{ to: slack, url: $KANBAN_TEST_URL }, { run: 'echo > started; until [ -e go ]; do sleep 0.1; done; echo > done' }]",
      { ...FAST, drain: 50 },
    );
    notifier.notify(personNeeded('T-9'));
    notifier.notify(personNeeded('T-8'));
    await until(() => got.length === 1 && readFileOrEmpty(join(root, 'started')) !== '');
    await notifier.close();
    const ended = 'kanban run ended before it was delivered';
    expect(failures.filter((event) => event.type === 'notify-failed' && event.target.includes('slack'))).toMatchObject([
      { about: 'T-9 needs you', why: ended },
      { about: 'T-8 needs you', why: ended },
    ]);
    expect(readFileOrEmpty(join(root, 'done'))).toBe('');
    rmSync(join(root, 'started'));
    await import('node:fs').then(({ writeFileSync }) => writeFileSync(join(root, 'go'), ''));
    await until(() => readFileOrEmpty(join(root, 'done')) !== '');
  });

  it('a server that is not there, a variable that is not set and one that holds no address are named', async () => {
    process.env['KANBAN_TEST_SECRET'] = 'no address: s3cret';
    await new Promise((resolve) => server.close(resolve));
    const { notifier, failures } = notifierOf(
      '[{ to: slack, url: $KANBAN_TEST_URL }, { to: json, url: $KANBAN_TEST_UNSET }, { to: ntfy, url: $KANBAN_TEST_SECRET }]',
    );
    notifier.notify(personNeeded('T-9'));
    await notifier.close();
    expect(failures.map((event) => (event.type === 'notify-failed' ? event.why : '')).toSorted()).toEqual([
      '$KANBAN_TEST_UNSET is not set',
      'the server cannot be reached (ECONNREFUSED) (3 tries)',
      'the value of $KANBAN_TEST_SECRET is not an http or https address',
    ]);
    server = createServer().listen(0);
  });
});

describe('many notices', () => {
  it('after four in a minute, people get the rest as one; programs get each', async () => {
    const { notifier } = notifierOf("[{ to: slack, url: $KANBAN_TEST_URL }, { run: 'echo >> ran' }]");
    for (let number = 1; number <= 30; number++) notifier.notify(personNeeded(`T-${number}`));
    await until(() => got.length === 4);
    expect(got).toHaveLength(4);
    await notifier.close();
    expect(got).toHaveLength(5);
    const text = String(bodies()[4]?.['text']);
    expect(text).toContain('26 notices*\nT-5 needs you: ');
    expect(text).toContain('and 6 more\n`kanban status`');
    expect(readFileSync(join(root, 'ran')).length).toBe(30);
  });

  it('the window passes by itself', async () => {
    const { notifier } = notifierOf('[{ to: slack, url: $KANBAN_TEST_URL }]', { ...FAST, window: 50 });
    for (let number = 1; number <= 6; number++) notifier.notify(personNeeded(`T-${number}`));
    await until(() => got.length >= 5);
    await notifier.close();
    expect(bodies().at(-1)?.['text']).toMatch(/2 notices|T-6/);
  });

  it('of more than a hundred that wait, the oldest are dropped and reported; whoever adds them never waits', async () => {
    let release = (): void => {};
    answer = (number, response) => {
      if (number === 0) release = () => response.end();
      else response.end();
    };
    const { notifier, failures } = notifierOf('[{ to: json, url: $KANBAN_TEST_URL }]');
    notifier.notify(personNeeded('T-1'));
    await until(() => got.length === 1);
    for (let number = 2; number <= 103; number++) notifier.notify(personNeeded(`T-${number}`));
    expect(failures).toMatchObject([{ about: 'T-2 needs you' }, { about: 'T-3 needs you' }]);
    release();
    await notifier.close();
    expect(got).toHaveLength(101);
  });
});
