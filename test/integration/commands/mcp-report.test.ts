import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseReport } from '../../../src/agents/report/parse-report.ts';
import { buildCli, type BuiltPackage } from '../../rig/build-cli.ts';

let built: BuiltPackage;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => void (built = await buildCli()));
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kanban-mcp-'))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** As an agent CLI starts it: nothing in the environment, lines of JSON over stdio. */
class Client {
  readonly ended: Promise<Ended>;
  readonly #child;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #id = 0;

  constructor(role: string, report: string) {
    this.#child = spawn(process.execPath, [built.cli, 'mcp-report', '--role', role, '--report', report], {
      cwd: folder,
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.push(this.#child);
    let stderr = '';
    this.#child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
    this.#child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => void this.#child.once('close', (code) => resolve({ code, stderr })));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      this.#waiting.get(message.id)?.(message);
    });
  }

  ask(method: string, params: object = {}): Promise<Message> {
    const id = (this.#id += 1);
    const answer = new Promise<Message>((resolve) => void this.#waiting.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  async begin(): Promise<Message> {
    const answer = await this.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    return answer;
  }

  /** Calls the tool. @returns its answer's text, and whether it is an error. */
  async report(args: object): Promise<{ text: string; isError: boolean }> {
    const { result } = await this.ask('tools/call', { name: 'report', arguments: args });
    return { text: result?.content?.[0]?.text ?? '', isError: result?.isError === true };
  }

  leave(): Promise<Ended> {
    this.#child.stdin.end();
    return this.ended;
  }
}

interface Message {
  readonly id: number;
  readonly result?: {
    readonly serverInfo?: { readonly name: string };
    readonly content?: readonly { readonly text: string }[];
    readonly isError?: boolean;
    readonly tools?: readonly {
      readonly name: string;
      readonly description: string;
      readonly annotations: object;
      readonly inputSchema: {
        readonly required: readonly string[];
        readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
      };
    }[];
  };
}

describe('kanban mcp-report', () => {
  it('offers one tool, by role, that may be called unasked', async () => {
    const seen: Record<string, unknown> = {};
    for (const role of ['task', 'reviewer', 'tester']) {
      const client = new Client(role, join(folder, 'report.md'));
      expect((await client.begin()).result?.serverInfo?.name).toBe('kanban');
      const [tool, ...others] = (await client.ask('tools/list')).result?.tools ?? [];
      expect([tool?.name, others]).toEqual(['report', []]);
      expect(tool?.annotations).toEqual({ readOnlyHint: false, destructiveHint: false, openWorldHint: false });
      expect(tool?.description).toContain('once, last');
      const { properties, required } = tool?.inputSchema ?? { properties: {}, required: [] };
      seen[role] = [properties['verdict']?.enum, Object.keys(properties), required];
      expect(await client.leave()).toEqual({ code: 0, stderr: '' });
    }
    expect(seen).toEqual({
      task: [
        ['done', 'blocked'],
        ['verdict', 'text', 'type', 'changelog'],
        ['verdict', 'text'],
      ],
      reviewer: [
        ['ready', 'changes-requested'],
        ['verdict', 'text'],
        ['verdict', 'text'],
      ],
      tester: [
        ['passed', 'failed'],
        ['verdict', 'text'],
        ['verdict', 'text'],
      ],
    });
  });

  it('writes the report file as it is read, folder and all; a further call replaces it', async () => {
    const report = join(folder, 'not', 'there yet', 'report.md');
    const client = new Client('task', report);
    await client.begin();
    const said = {
      verdict: 'done',
      type: 'fixed',
      changelog: 'It\'s "safe": now\n--- #1',
      text: '---\nverdict: blocked\n',
    };
    expect(await client.report(said)).toEqual({
      text: expect.stringContaining('Recorded: verdict done, type fixed') as string,
      isError: false,
    });
    expect(parseReport(readFileSync(report, 'utf8'), 'task')).toEqual({
      ok: true,
      verdict: 'done',
      type: 'fixed',
      changelog: 'It\'s "safe": now --- #1',
      text: '---\nverdict: blocked',
    });
    await client.report({ verdict: 'blocked', text: 'after all' });
    expect(parseReport(readFileSync(report, 'utf8'), 'task')).toMatchObject({ verdict: 'blocked', changelog: null });
    expect(readdirSync(join(report, '..'))).toEqual(['report.md']);
  });

  it.each([
    ['a verdict of another role', { verdict: 'ready', text: 'x' }, '"passed"|"failed"'],
    ['no text', { verdict: 'passed' }, 'text'],
    ['an empty text', { verdict: 'passed', text: ' \n' }, '`text` is empty'],
    ['a text that would be cut', { verdict: 'passed', text: 'x'.repeat(200_001) }, 'longer than 200000'],
  ])('says what is wrong with %s, and writes nothing', async (_name, args, words) => {
    const report = join(folder, 'report.md');
    writeFileSync(report, 'what was there');
    const client = new Client('tester', report);
    await client.begin();
    expect(await client.report(args)).toEqual({ text: expect.stringContaining(words) as string, isError: true });
    expect(readFileSync(report, 'utf8')).toBe('what was there');
  });

  it('says so when the file cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const client = new Client('tester', join(folder, 'file', 'report.md'));
    await client.begin();
    expect(await client.report({ verdict: 'passed', text: 'x' })).toEqual({
      text: expect.stringContaining("can't be written") as string,
      isError: true,
    });
  });

  it.each([
    ['painter', '/tmp/x.md'],
    ['task', 'relative.md'],
  ])('takes no role %s with the file %s', async (role, report) => {
    const { code, stderr } = await new Client(role, report).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('an absolute path')]);
  });
});
