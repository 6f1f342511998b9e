import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
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
import { renameUnlessThere } from '../../rig/build-once.ts';
import { until } from './until.ts';

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Both, for messages of which it does not matter where they go. */
  readonly all: string;
}

/** A repository as `kanban init` leaves it, for the shell agent, and the built program as its user would call it. */
export class PlainRepository {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-plain-')));
  readonly root: string;
  readonly cli: string;
  readonly #children: ChildProcess[] = [];

  /** @param name of the folder of the repository */
  constructor(cli: string, name = 'repo') {
    this.cli = cli;
    this.root = join(this.folder, name);
    for (const path of [this.root, join(this.folder, 'home')]) mkdirSync(path, { recursive: true });
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.com');
    this.write('a.txt', 'one\n');
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'begin');
  }

  /** `kanban init`, with what comes by hand set aside: entries count at once. Copied: it is the same for all tests. */
  init(): this {
    const template = `${dirname(dirname(this.cli))}-initialised`;
    if (!existsSync(template)) this.#makeTemplate(template);
    rmSync(this.root, { recursive: true });
    cpSync(template, this.root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    // Times and inodes are others than in the template's index.
    this.git('status');
    return this;
  }

  #makeTemplate(template: string): void {
    const { code, err } = this.kanban('init', '--agent', 'shell');
    if (code !== 0) throw new Error(err);
    this.write('WORKFLOW.md', this.read('WORKFLOW.md').replace(/^# settle:.*$/m, 'settle: 0s'));
    this.write('board/TODO.md', '# TODO\n');
    this.commit();
    const draft = mkdtempSync(`${template}-`);
    cpSync(this.root, draft, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    renameUnlessThere(draft, template);
  }

  commit(): this {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'by hand');
    return this;
  }

  kanban(...args: string[]): Said {
    return this.kanbanIn(this.root, {}, ...args);
  }

  kanbanIn(cwd: string, env: NodeJS.ProcessEnv, ...args: string[]): Said {
    return this.kanbanBy([], cwd, env, ...args);
  }

  /** @param by a program that starts what stands behind it (`setpriv …`, a shell that sets a limit) */
  kanbanBy(by: readonly string[], cwd: string, env: NodeJS.ProcessEnv, ...args: string[]): Said {
    const [program = '', ...rest] = [...by, process.execPath, this.cli, ...args];
    const { status, stdout, stderr } = spawnSync(program, rest, {
      cwd,
      env: { ...this.env(), ...env },
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { code: status, out: stdout, err: stderr, all: stdout + stderr };
  }

  /** A command that continues beside the test. */
  start(...args: string[]): Running {
    return this.startBy([], ...args);
  }

  /** @param by as in `kanbanBy` */
  startBy(by: readonly string[], ...args: string[]): Running {
    const [program = '', ...rest] = [...by, process.execPath, this.cli, ...args];
    const child = spawn(program, rest, {
      cwd: this.root,
      env: this.env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return new Running(child);
  }

  /** An entry whose script the shell agent runs. */
  add(title: string, script: string): void {
    const { code, all } = this.kanban('add', title, '--body', `\`\`\`sh\n${script}\n\`\`\``);
    if (code !== 0) throw new Error(all);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.env(),
    }).trim();
  }

  write(path: string, text: string | Buffer): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** What a command that fails must leave as it was: files, index, refs, locks, requests. */
  facts(): string {
    const list = (path: string): string[] =>
      this.has(path)
        ? readdirSync(join(this.root, path)).filter(
            (name) => !['drafts', 'answers', 'look.json', 'shared'].includes(name),
          )
        : [];
    return [
      this.git('status', '--porcelain=v2', '--untracked-files=all', '--ignored=no'),
      this.git('diff', 'HEAD', '--text'),
      this.git('for-each-ref', '--format=%(refname) %(objectname)'),
      ...list('.git/worktrees'),
      ...list('.git/kanban'),
      ...list('.kanban/mailbox'),
      ...list('.kanban/runs'),
    ].join('\n');
  }

  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGTERM');
    await Promise.all(
      this.#children.map(async (child) =>
        until(() => child.exitCode !== null || child.signalCode !== null, 'the end of a program'),
      ),
    );
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  env(): NodeJS.ProcessEnv {
    const kept = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !name.startsWith('GIT_') && !name.startsWith('KANBAN_') && name !== 'FORCE_COLOR',
      ),
    );
    return {
      ...kept,
      HOME: join(this.folder, 'home'),
      XDG_CONFIG_HOME: join(this.folder, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C.UTF-8',
    };
  }
}

/** A program of ours that runs beside the test. */
export class Running {
  readonly #child: ChildProcess;
  #said = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get all(): string {
    return this.#said;
  }

  /** Waits until it has said this. */
  async says(words: RegExp | string): Promise<void> {
    const found = (): boolean => (typeof words === 'string' ? this.#said.includes(words) : words.test(this.#said));
    await until(
      () => {
        if (!found() && this.#child.exitCode !== null)
          throw new Error(`it has ended without saying ${String(words)}\n${this.#said}`);
        return found();
      },
      () => `${String(words)}\n${this.#said}`,
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** No more is read of what it says. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    await until(
      () => this.#child.exitCode !== null || this.#child.signalCode !== null,
      () => `its end\n${this.#said}`,
    );
    return this.#child.exitCode;
  }
}
