import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BridgeLine, BridgeOrder } from '../../../src/agents/acp/bridge-lines.ts';
import { bridgeArguments } from '../../../src/agents/acp/bridge-options.ts';
import type { BridgeOptions } from '../../../src/agents/acp/bridge-options.ts';
import { buildOnce, SOURCE } from '../../rig/build-once.ts';
import { isRunning, until } from '../../rig/run-rig.ts';

/** The bridge and the agent of these tests, built from source once for all test files. */
export async function buildAcp(): Promise<{ readonly bridge: string; readonly agent: string }> {
  const folder = await buildOnce('acp', ['src', 'test/integration/acp'], bundle);
  return { bridge: join(folder, 'main.cjs'), agent: join(folder, 'fake-agent.cjs') };
}

const bundle = (folder: string): Promise<unknown> =>
  build({
    entryPoints: ['src/acp/main.ts', 'test/integration/acp/fake-agent.ts'].map((path) => join(SOURCE, path)),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });

/** A bridge with the agent of these tests behind it, as the runner would start it. */
export class AcpRig {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-acp-')));
  readonly worktree = join(this.folder, 'worktree');
  readonly #heardFile = join(this.folder, 'heard.jsonl');
  #child: ChildProcess | null = null;
  #output = '';
  errors = '';
  exit: { readonly code: number | null; readonly signal: string | null } | null = null;

  constructor() {
    mkdirSync(this.worktree);
  }

  async start(traits: readonly string[], options: Partial<BridgeOptions> = {}): Promise<void> {
    const { bridge, agent } = await buildAcp();
    const args = bridgeArguments({
      worktree: this.worktree,
      permissions: 'narrow',
      programs: [],
      model: null,
      resume: null,
      mcp: [],
      gitFolders: [],
      agent: [process.execPath, agent, this.#heardFile, ...traits],
      ...options,
    });
    const env = { PATH: process.env['PATH'], TMPDIR: join(this.folder, 'tmp'), KANBAN_REPORT: `${this.worktree}/r.md` };
    const child = spawn(process.execPath, [bridge, ...args], { cwd: this.worktree, env, stdio: 'pipe' });
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stdout.on('data', (data: Buffer) => (this.#output += data.toString('utf8')));
    child.stderr.on('data', (data: Buffer) => (this.errors += data.toString('utf8')));
    child.once('close', (code, signal) => (this.exit = { code, signal }));
  }

  give(order: BridgeOrder['order'], ...lines: string[]): void {
    this.#child?.stdin?.write(`${JSON.stringify({ order, text: lines.join('\n') })}\n`);
  }

  /** All that the bridge has printed so far. */
  get lines(): BridgeLine[] {
    return this.#output
      .slice(0, this.#output.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as BridgeLine);
  }

  /** The lines of one kind. */
  only<K extends BridgeLine['acp']>(kind: K): Extract<BridgeLine, { acp: K }>[] {
    return this.lines.filter((line): line is Extract<BridgeLine, { acp: K }> => line.acp === kind);
  }

  async seen(kind: BridgeLine['acp'], times = 1): Promise<void> {
    await until(
      () => this.only(kind).length >= times || this.exit !== null,
      `${times} × ${kind} in ${this.#output} ${this.errors}`,
    );
  }

  /** What the agent heard of one kind. */
  heard(what: string): unknown[] {
    if (!existsSync(this.#heardFile)) return [];
    return readFileSync(this.#heardFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { what: string; value: unknown })
      .flatMap((each) => (each.what === what ? [each.value] : []));
  }

  async agentHeard(what: string, times = 1): Promise<void> {
    await until(() => this.heard(what).length >= times, `the agent to hear ${what}; ${this.#output} ${this.errors}`);
  }

  get agentRuns(): boolean {
    return this.heard('pid').some((pid) => isRunning(Number(pid)));
  }

  close(): void {
    this.#child?.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async ended(): Promise<void> {
    await until(() => this.exit !== null, `the bridge to end: ${this.#output} ${this.errors}`);
  }

  /** Gives a prompt, waits for the turn's end, ends the bridge. */
  async play(...lines: string[]): Promise<void> {
    this.give('prompt', ...lines);
    await this.seen('turn-ended');
    this.close();
    await this.ended();
  }

  remove(): void {
    if (this.exit === null) this.#child?.kill('SIGKILL');
    for (const pid of this.heard('pid')) if (isRunning(Number(pid))) process.kill(Number(pid), 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
