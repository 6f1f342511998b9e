import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCli, type BuiltPackage } from '../../rig/build-cli.ts';
import { McpRig } from './mcp-rig.ts';

let built: BuiltPackage;
let rig: McpRig;
const children: ChildProcessWithoutNullStreams[] = [];
beforeAll(async () => void (built = await buildCli()));
beforeEach(() => void (rig = new McpRig()));
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rig.end();
});

interface Answer {
  readonly id: number;
  readonly result?: { readonly isError?: boolean; readonly content?: readonly { readonly text: string }[] };
  readonly error?: { readonly code: number; readonly message: string };
}

/** The program itself, and whatever bytes a client may send it. */
class Raw {
  readonly child: ChildProcessWithoutNullStreams;
  /** Lines on stdout that are no message of the protocol. */
  readonly foreign: string[] = [];
  readonly ended: Promise<number | null>;
  stderr = '';
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #id = 0;

  constructor(args: readonly string[] = ['--tools', 'approve']) {
    this.child = spawn(process.execPath, [built.cli, 'mcp', ...args], { cwd: rig.root });
    children.push(this.child);
    this.child.stdin.on('error', () => {});
    this.child.stderr.on('data', (chunk: Buffer) => void (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => void this.child.once('close', resolve));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#read(line));
  }

  #read(line: string): void {
    try {
      const answer = JSON.parse(line) as Answer & { readonly jsonrpc?: string };
      if (answer.jsonrpc !== '2.0') this.foreign.push(line);
      this.#waiting.get(answer.id)?.(answer);
    } catch {
      this.foreign.push(line);
    }
  }

  send(text: string): void {
    this.child.stdin.write(text);
  }

  ask(method: string, params: unknown): Promise<Answer> {
    const id = (this.#id += 1);
    const answer = new Promise<Answer>((resolve) => void this.#waiting.set(id, resolve));
    this.send(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  async begin(): Promise<void> {
    const clientInfo = { name: '../"evil"\n\u001b[31m'.repeat(20), version: '1' };
    await this.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    this.send(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  }

  call(name: string, args: unknown): Promise<Answer> {
    return this.ask('tools/call', { name, arguments: args });
  }
}

const HUGE = 'x'.repeat(1_000_000);
const WAS = '0'.repeat(64);
/** As a client may send it: a literal has no own key of this name. */
const proto = (json: string): unknown => JSON.parse(json) as unknown;

const times = (count: number, value: object): object[] => Array.from({ length: count }, () => value);

const CALLS: readonly (readonly [tool: string, args: unknown])[] = [
  ['show', { id: HUGE }],
  ['show', { id: '../../../etc/passwd' }],
  ['show', { id: '--help' }],
  ['show', { id: '' }],
  ['show', { id: 'T-1\u0000' }],
  ['show', { id: 17 }],
  ['show', proto('{"__proto__":{"id":"T-2"}}')],
  ['show', { id: '__proto__' }],
  ['show', { id: 'T-1', parts: Array(10_000).fill('text') }],
  ['show', null],
  ['show', 'T-1'],
  ['show', []],
  ['diff', { id: 'T-1', file: 'x'.repeat(5_000) }],
  ['diff', { id: 'T-1', max: 1e308 }],
  ['diff', { id: 'T-1', max: -1 }],
  ['events', { since: '../../events-1:0', limit: 1.5 }],
  ['events', { kinds: ['constructor'] }],
  ['status', { limit: 0 }],
  ['status', { column: 'toString' }],
  ['status', { view: 'board', extra: true }],
  ['add_entries', { entries: [] }],
  ['add_entries', { entries: times(13, { title: 'x' }) }],
  ['add_entries', { entries: times(100_000, { title: 'x' }) }],
  ['add_entries', { entries: [{ title: HUGE }] }],
  ['add_entries', { entries: [{ title: 'a\u001b[31mb' }] }],
  ['add_entries', { entries: [{ title: 'a\n\n# Other' }] }],
  [
    'add_entries',
    {
      entries: [
        { title: 'a', problem: '# A new part\n' },
        { title: 'b', problem: 'x\n## T-2: Two' },
      ],
    },
  ],
  ['add_entries', { entries: [{ title: 'a', fix: '\u202Ereversed' }] }],
  ['add_entries', { entries: [{ title: 'a', depends: ['constructor'] }] }],
  ['add_entries', { entries: [{ title: 'a', key: '__proto__', depends: ['__proto__'] }] }],
  ['edit_entry', { id: 'T-1', text: '', was: WAS }],
  ['edit_entry', { id: 'T-1', text: HUGE, was: WAS }],
  ['edit_entry', { id: 'T-1', text: '## T-1: One', was: '0' }],
  ['edit_entry', { id: 'T-99', text: '## T-99: x', was: WAS }],
  ['act', { id: 'T-1', way: 'rm -rf', why: 'x' }],
  ['act', { id: 'T-1', way: 'retry', why: ' ' }],
  ['act', { id: 'T-1; rm -rf /', way: 'pause', why: 'x' }],
  ['message', { id: 'T-1', text: '\u0007' }],
  ['abandon', { id: 'T-1' }],
  ['approve', { id: 'T-1', tip: 'HEAD' }],
  ['undo', { id: 'T-1', why: 'x' }],
  ['no_such_tool', {}],
];

describe('kanban mcp', () => {
  it('answers hostile calls with errors, all at once, and changes nothing', async () => {
    const before = [rig.read('board/TODO.md'), rig.git('rev-parse', 'HEAD'), rig.git('for-each-ref')];
    const raw = new Raw();
    await raw.begin();
    const answers = await Promise.all(CALLS.map(([tool, args]) => raw.call(tool, args)));
    const accepted = CALLS.filter((_, index) => {
      const { result, error } = answers[index]!;
      return error === undefined && result?.isError !== true;
    });
    expect(accepted.map(([tool, args]) => `${tool} ${JSON.stringify(args)}`)).toEqual([]);
    // What is sent back is bounded.
    expect(Math.max(...answers.map((answer) => JSON.stringify(answer).length))).toBeLessThan(20_000);
    expect([rig.read('board/TODO.md'), rig.git('rev-parse', 'HEAD'), rig.git('for-each-ref')]).toEqual(before);
    expect((await raw.call('status', {})).result?.isError).toBeUndefined();
    const paused = await raw.call('act', { id: 'T-1', way: 'pause', why: 'x' });
    expect(paused.result?.isError).toBeUndefined();
    expect(rig.git('log', '-1', '--format=%(trailers:key=Kanban-By,valueonly)').trim()).toMatch(
      /^T-1 Ada <ada@example\.com> via mcp-[\w.-]{1,36}$/,
    );
    raw.child.stdin.end();
    expect([await raw.ended, raw.foreign]).toEqual([0, []]);
    expect(raw.stderr).not.toMatch(/ at .*:\d+:\d+/);
  });

  it('survives lines that are no messages, and a half one at the end', async () => {
    const raw = new Raw();
    for (const line of [
      '',
      'hello',
      '{',
      '[]',
      'null',
      '17',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"1.0","id":1}',
      '\u0000\uFFFD',
    ])
      raw.send(`${line}\n`);
    raw.child.stdin.write(Buffer.from([0xff, 0xfe, 0x0a]));
    raw.send('{"jsonrpc":"2.0","id":{},"method":"tools/list"}\n{"jsonrpc":"2.0","method":"notifications/nonsense"}\n');
    await raw.begin();
    expect((await raw.ask('tools/list', {})).result).toBeDefined();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    raw.send(`{"jsonrpc":"2.0","id":90,"method":"tools/call","params":{"name":"show","arguments":{"id":${deep}}}}\n`);
    expect((await raw.ask('no/such/method', {})).error).toBeDefined();
    // What was asked before it left is carried out, though nobody hears the answer.
    void raw.call('add_entries', { entries: [{ title: 'Asked at the end' }] });
    raw.child.stdin.end('{"jsonrpc":"2.0","id":99,"method":"tools/ca');
    expect([await raw.ended, raw.foreign]).toEqual([0, []]);
    expect(rig.git('show', 'main:board/TODO.md')).toContain('## T-3: Asked at the end');
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('ends when its output is closed, or a message has no end', async () => {
    const closed = new Raw();
    await closed.begin();
    closed.child.stdout.destroy();
    closed.send(`${JSON.stringify({ jsonrpc: '2.0', id: 50, method: 'tools/list' })}\n`.repeat(50));
    expect(await closed.ended).toBe(0);
    const endless = new Raw();
    await endless.begin();
    endless.send('x'.repeat(5 * 1024 * 1024));
    expect(await endless.ended).toBe(0);
    expect(endless.stderr).toContain('kanban mcp: ');
  });

  it('knows its profiles', async () => {
    const raw = new Raw(['--tools', 'everything']);
    expect(await raw.ended).toBe(2);
    expect(raw.stderr).toContain('read, plan, work, approve');
  });
});
