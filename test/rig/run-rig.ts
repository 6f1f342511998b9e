import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import type { Brief } from '../../src/contract/brief.ts';
import type { RunResult } from '../../src/contract/result.ts';
import { readProcess } from '../../src/system/process-table.ts';
import { buildRunner } from './build-runner.ts';

/** A repository with a board, one task worktree, and run folders; all in a temporary folder. */
export class RunRig {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-run-')));
  readonly worktree = join(this.root, '.worktrees', 'T-1');
  prompt = 'the prompt\n';
  private readonly runners: ChildProcess[] = [];

  constructor() {
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Person');
    this.git('config', 'user.email', 'person@example.com');
    this.write('file.txt', 'one\ntwo\nthree\n');
    this.write('other.txt', 'other\n');
    this.write('board/TODO.md', '# TODO\n');
    this.write('.gitignore', '.worktrees/\n.kanban/\n*.log\n');
    this.git('add', '.');
    this.git('commit', '-q', '-m', 'begin');
    this.git('worktree', 'add', '-q', '--no-track', '-b', 'T-1', this.worktree);
    writeFileSync(join(this.root, '.git', 'info', 'exclude'), 'KANBAN_REPORT*\n');
  }

  git(...args: string[]): string {
    return this.gitIn(this.root, ...args);
  }

  inTask(...args: string[]): string {
    return this.gitIn(this.worktree, ...args);
  }

  sha(ref: string): string {
    return this.git('rev-parse', ref);
  }

  write(path: string, text: string | Buffer): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  writeTask(path: string, text: string | Buffer): void {
    this.write(join('.worktrees/T-1', path), text);
  }

  commitTask(message: string): string {
    this.inTask('add', '-A');
    this.inTask('commit', '-q', '-m', message);
    return this.inTask('rev-parse', 'HEAD');
  }

  brief(change: Partial<Brief> = {}): Brief {
    const role = change.role ?? 'task';
    // Never the same in two tests: a sweep ends whatever carries the run's id.
    const runId = `T-1-1-${role}-${randomBytes(4).toString('hex')}`;
    return {
      version: 1,
      runId,
      taskId: 'T-1',
      title: 'Do the thing',
      role,
      purpose: 'work',
      attempt: 1,
      agent: 'shell',
      adapter: change.command ? 'command' : 'shell',
      createdAt: Date.now(),
      root: this.root,
      gitCommonDir: join(this.root, '.git'),
      gitDir: join(this.root, '.git', 'worktrees', 'T-1'),
      worktree: this.worktree,
      branch: 'refs/heads/T-1',
      base: 'refs/heads/main',
      baseSha: this.sha('main'),
      startSha: this.git('merge-base', 'main', 'T-1'),
      tip: this.sha('refs/heads/T-1'),
      mustDiffer: null,
      board: 'board',
      command: null,
      shell: null,
      identity: { name: `shell (T-1 ${role})`, email: `t-1.${role}.shell@kanban.invalid` },
      report: join(this.worktree, `KANBAN_REPORT-${runId}.md`),
      model: null,
      session: null,
      sessionUsage: null,
      messages: join(this.root, '.kanban', 'messages', 'T-1'),
      patience: 60_000,
      bwrap: null,
      allowance: null,
      timeout: 120_000,
      stall: { after: 300_000, repeat: 20, kill: false },
      grace: 5_000,
      maxOutput: 268_435_456,
      hooks: { afterCreate: '', beforeRun: '', afterRun: '', timeout: 60_000 },
      ...change,
    };
  }

  /** A task run that the shell agent plays. */
  task(script: string, change: Partial<Brief> = {}): Brief {
    return this.brief({ shell: { script, check: null, mergeBase: false, run: '' }, ...change });
  }

  /** A run of a program, by `sh -c`. */
  program(script: string, change: Partial<Brief> = {}): Brief {
    return this.brief({ command: { file: 'sh', args: ['-c', script], stdin: 'prompt' }, ...change });
  }

  folder(brief: Brief): string {
    const folder = join(this.root, '.kanban', 'runs', brief.runId);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'brief.json'), JSON.stringify(brief));
    writeFileSync(join(folder, 'prompt.md'), this.prompt);
    return folder;
  }

  order(brief: Brief): string {
    const identity = {
      GIT_AUTHOR_NAME: brief.identity.name,
      GIT_AUTHOR_EMAIL: brief.identity.email,
      GIT_COMMITTER_NAME: brief.identity.name,
      GIT_COMMITTER_EMAIL: brief.identity.email,
    };
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.root,
      KANBAN_RUN_ID: brief.runId,
      KANBAN_ROOT: this.root,
      KANBAN_REPORT: brief.report,
      ...identity,
    };
    return `${JSON.stringify({ folder: this.folder(brief), env })}\n`;
  }

  async runner(env: NodeJS.ProcessEnv = process.env): Promise<ChildProcess> {
    const child = spawn(process.execPath, [await buildRunner(join(this.root, '.git'))], {
      cwd: this.root,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin?.on('error', () => {});
    this.runners.push(child);
    return child;
  }

  /** Runs one brief to its result. */
  async run(brief: Brief): Promise<RunResult> {
    const runner = await this.runner();
    runner.stdin?.end(this.order(brief));
    return this.result(brief);
  }

  async start(brief: Brief): Promise<ChildProcess> {
    const runner = await this.runner();
    runner.stdin?.write(this.order(brief));
    return runner;
  }

  path(brief: Brief, name: string): string {
    return join(this.root, '.kanban', 'runs', brief.runId, name);
  }

  read(brief: Brief, name: string): string {
    return readFileSync(this.path(brief, name), 'utf8');
  }

  events(brief: Brief): AgentEvent[] {
    return this.read(brief, 'events.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AgentEvent);
  }

  async result(brief: Brief): Promise<RunResult> {
    const path = this.path(brief, 'result.json');
    await until(() => existsSync(path), `result of ${brief.runId}`);
    return JSON.parse(readFileSync(path, 'utf8')) as RunResult;
  }

  rescued(): string[] {
    return this.git('for-each-ref', '--format=%(refname)', 'refs/kanban/rescue/')
      .split('\n')
      .filter((line) => line !== '');
  }

  async remove(): Promise<void> {
    for (const runner of this.runners) {
      runner.stdin?.destroy();
      if (runner.exitCode === null && runner.signalCode === null) runner.kill('SIGKILL');
    }
    for (const pid of this.pidsLeft()) killQuietly(pid);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Pids that test programs wrote into `*.pid` files of the repository's root and that are alive. */
  private pidsLeft(): number[] {
    return readdirSync(this.root)
      .filter((name) => name.endsWith('.pid'))
      .map((name) => Number(readFileSync(join(this.root, name), 'utf8')))
      .filter((pid) => pid > 1 && readProcess(pid) !== null);
  }

  private gitIn(cwd: string, ...args: string[]): string {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, LC_ALL: 'C' },
    }).trim();
  }
}

/** Waits for a condition; a generous bound, no fixed sleep. */
export async function until(condition: () => boolean, what: string, limit = 100_000): Promise<void> {
  const begun = Date.now();
  while (!condition()) {
    if (Date.now() - begun > limit) throw new Error(`waited too long for: ${what}`);
    await pause(20);
  }
}

export const isRunning = (pid: number): boolean => readProcess(pid) !== null;

/** The pid that a test program wrote into a file. */
export async function pidIn(path: string): Promise<number> {
  await until(() => existsSync(path) && readFileSync(path, 'utf8').trim() !== '', path);
  return Number(readFileSync(path, 'utf8'));
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone.
  }
}
