import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { COLUMNS, type Column } from '../../../src/board/entry.ts';
import { RunningCoordinator, type Ended } from './coordinator.ts';
import { until } from './until.ts';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
/** What a command says where it waits for the coordinator for long: so it does on a slow machine. */
const SLOW = /^kanban \S+ waits for the coordinator .*\n/m;
const AGENT = fileURLToPath(new URL('agent.sh', import.meta.url));

export interface Made {
  /** TODO.md below its heading. */
  readonly todo: string;
  /** YAML lines for WORKFLOW.md, over those of the rig. */
  readonly settings?: string;
  /** Files of the repository besides. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository of its own in a temporary folder, worked by the driven agent; `cli` is the built program. */
export class Kanban {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-e2e-')));
  readonly root = join(this.folder, 'repo');
  readonly steer = join(this.folder, 'steer');
  readonly #cli: string;
  readonly #coordinators: RunningCoordinator[] = [];

  constructor(cli: string, { todo, settings = '', files = {} }: Made) {
    this.#cli = cli;
    for (const name of ['plans', 'count', 'at', 'go', 'prompts'])
      mkdirSync(join(this.steer, name), { recursive: true });
    for (const name of ['home', 'repo']) mkdirSync(join(this.folder, name), { recursive: true });
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.com');
    cpSync(join(SOURCE, 'prompts'), join(this.root, 'prompts'), { recursive: true });
    const written = {
      'base.txt': 'base\n',
      '.gitignore': '.kanban/\n.worktrees/\n',
      'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n',
      ...files,
    };
    for (const [path, text] of Object.entries({
      ...written,
      'WORKFLOW.md': this.workflow(settings),
      'board/TODO.md': `# TODO\n\n${todo}`,
    }))
      this.write(path, text);
    for (const column of COLUMNS.slice(1)) this.write(`board/${column}.md`, `# ${column}\n`);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'begin');
  }

  workflow(settings: string): string {
    const own = new Set([...settings.matchAll(/^(\w+):/gm)].map(([, key]) => key));
    const roles = 'roles:\n  task: { agent: fake }\n  reviewer: { agent: fake }\n  tester: { agent: fake }\n';
    const agents = `agents:\n  fake: { kind: command, command: [sh, ${JSON.stringify(AGENT)}], env: { STEER: ${JSON.stringify(this.steer)} } }\n`;
    return `---\nbase: main\n${own.has('settle') ? '' : 'settle: 0s\n'}${own.has('roles') ? '' : roles}${own.has('agents') ? '' : agents}${settings}---\n\nRules.\n`;
  }

  /** What the agent does, in shell (agent.sh has the words), by `T-1.task.2`, `T-1.task` or `task`. */
  plan(name: string, script: string): void {
    writeFileSync(join(this.steer, 'plans', `${name}.new`), `${script}\n`);
    renameSync(join(this.steer, 'plans', `${name}.new`), join(this.steer, 'plans', name));
  }

  /** What an agent wrote into a file of the folder that steers it. */
  steered(name: string): string {
    return readFileSync(join(this.steer, name), 'utf8');
  }

  /** The agent has come to `pause NAME`. */
  async at(name: string): Promise<void> {
    const isThere = (): boolean => {
      if (existsSync(join(this.steer, 'at', name))) return true;
      if (this.#coordinators.every(({ isOver }) => isOver) && this.processes().length === 0)
        throw new Error(`nothing runs, and no agent came to ${name}\n${this.story()}`);
      return false;
    };
    await until(isThere, () => `the agent at ${name}\n${this.story()}`);
  }

  go(name: string): void {
    writeFileSync(join(this.steer, 'go', name), '');
  }

  /** How often the agent was started for a role of an entry. */
  times(task: string, role: string): number {
    return readdirSync(join(this.steer, 'count')).filter((name) => name.startsWith(`${task}.${role}.`)).length;
  }

  prompt(task: string, role: string, time: number): string {
    return readFileSync(join(this.steer, 'prompts', `${task}.${role}.${time}`), 'utf8');
  }

  start(...args: string[]): RunningCoordinator {
    const coordinator = new RunningCoordinator(this.#cli, args, { cwd: this.root, env: this.#env() });
    this.#coordinators.push(coordinator);
    return coordinator;
  }

  /** `kanban run --until-done`, to its end. */
  async untilDone(...args: string[]): Promise<Ended & { readonly coordinator: RunningCoordinator }> {
    const coordinator = this.start('--until-done', ...args);
    return { ...(await coordinator.ended), coordinator };
  }

  /** Any other command. */
  kanban(...args: string[]): Ended {
    return this.kanbanIn(this.root, ...args);
  }

  kanbanIn(cwd: string, ...args: string[]): Ended {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [this.#cli, ...args], {
      cwd,
      env: this.#env(),
      encoding: 'utf8',
    });
    return { code: status, signal, out: stdout, err: stderr.replace(SLOW, '') };
  }

  /** A command that is not waited for, with what it says on stderr. */
  begin(...args: string[]): { readonly child: ChildProcess; readonly words: () => string } {
    const child = spawn(process.execPath, [this.#cli, ...args], {
      cwd: this.root,
      env: this.#env(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
    return { child, words: () => words };
  }

  /** What a command tells with `--json`. */
  json<T>(...args: string[]): T {
    const { code, signal, out, err } = this.kanban(...args, '--json');
    if (!out.startsWith('{') && !out.startsWith('['))
      throw new Error(`kanban ${args.join(' ')} --json: exit ${code ?? signal}, no JSON\n${out}${err}`);
    return JSON.parse(out) as T;
  }

  /** A command comes to say this: what a coordinator shows of its runs and of the queue is half a second old at most. */
  async shows(command: string, words: RegExp | string, ...options: string[]): Promise<void> {
    let said = '';
    await until(
      () => {
        said = this.kanban(command, ...options).out;
        return typeof words === 'string' ? said.includes(words) : words.test(said);
      },
      () => `kanban ${command} to say ${String(words)}\n${said}${this.story()}`,
    );
  }

  git(...args: string[]): string {
    return this.gitIn(this.root, ...args);
  }

  gitIn(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#env(),
    }).trim();
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  column(column: Column): string {
    return this.read(`board/${column}.md`);
  }

  /** Headings of a column, without the `##`. */
  headings(column: Column): string[] {
    return [...this.column(column).matchAll(/^## (.*)$/gm)].map(([, title]) => title ?? '');
  }

  /** Waits until an entry's heading stands in a column. */
  async stands(id: string, column: Column, heading = new RegExp(`\\b${id}\\b`)): Promise<string> {
    const find = (): string | undefined =>
      existsSync(this.path(`board/${column}.md`))
        ? this.headings(column).find((title) => heading.test(title))
        : undefined;
    return until(find, () => `${id} in ${column}\n${this.story()}`);
  }

  /** Subjects of base's first-parent line, oldest first. */
  subjects(): string[] {
    return this.git('log', '--first-parent', '--reverse', '--format=%s', 'main').split('\n');
  }

  /** Ids of all landings on base, in their order. */
  landings(): string[] {
    return this.git('log', '--first-parent', '--reverse', '--format=%(trailers:key=Kanban-Move,valueonly)', 'main')
      .split('\n')
      .flatMap((line) => /^(\S+) \S+ -> CHANGELOG$/.exec(line)?.[1] ?? []);
  }

  refs(...patterns: string[]): string[] {
    return this.git('for-each-ref', '--format=%(refname)', ...patterns)
      .split('\n')
      .filter(Boolean);
  }

  /** All entries have landed once, and of the work nothing is left but history (I1, I4, I8). */
  async expectDone(ids: readonly string[]): Promise<void> {
    await this.expectQuiet();
    expect(this.landings().toSorted(), this.story()).toEqual([...ids].toSorted());
    const lines = this.read('CHANGELOG.md')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    for (const id of ids)
      expect(
        lines.filter((line) => line.endsWith(`(${id})`)),
        id,
      ).toHaveLength(1);
    for (const column of COLUMNS) expect(this.headings(column), column).toEqual([]);
    expect(this.refs('refs/heads/', 'refs/kanban/start/')).toEqual(['refs/heads/main']);
    const worktrees = this.git('worktree', 'list').split('\n');
    // The one for checks stays.
    expect(worktrees.filter((line) => !/\/\.check\b/.test(line))).toHaveLength(1);
    // An edit of the user's that no move has come across yet is still on disk only.
    expect(this.git('status', '--porcelain', '--', '.', ':!board')).toBe('');
  }

  /** No process, lock or journal is left, and the repository is sound. */
  async expectQuiet(): Promise<void> {
    await until(
      () => this.processes().length === 0,
      () => `an end of ${this.processes().join(', ')}\n${this.story()}`,
      20_000,
    );
    const common = join(this.root, '.git', 'kanban');
    expect(
      existsSync(common)
        ? readdirSync(common).filter(
            (name) =>
              /lock|\.json$/.test(name) &&
              existsSync(join(common, name)) &&
              !['drafts', 'look.json', 'clone.json'].includes(name),
          )
        : [],
    ).toEqual([]);
    expect(this.git('fsck', '--no-dangling', '--no-progress')).toBe('');
    expect(existsSync(join(this.root, '.git', 'index.lock'))).toBe(false);
  }

  /** Live processes that stand in our folder or were started for it: `pid command`. None are found where there is no /proc. */
  processes(): string[] {
    if (!existsSync('/proc/self/environ')) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          const mine =
            readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder) ||
            readFileSync(`/proc/${pid}/environ`, 'latin1').includes(this.folder);
          return mine ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`] : [];
        } catch {
          return [];
        }
      });
  }

  /** What happened, for the message of a test that failed. */
  story(): string {
    const events = this.path('.kanban/events.jsonl');
    const said = this.#coordinators.map(({ words }) => words);
    return [
      ...said,
      existsSync(events) ? readFileSync(events, 'utf8') : '',
      ...COLUMNS.map((column) => (existsSync(this.path(`board/${column}.md`)) ? this.column(column) : '')),
    ].join('\n');
  }

  /** Ends what is left of this test. @throws when a process could not be accounted for. */
  async remove(): Promise<void> {
    for (const coordinator of this.#coordinators) coordinator.signal('SIGTERM');
    await Promise.all(this.#coordinators.map(({ ended }) => ended));
    const begun = Date.now();
    await until(() => this.processes().length === 0 || Date.now() - begun > 5_000, 'never');
    const left = this.processes();
    for (const line of left) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    await until(() => this.processes().length === 0, 'the end of all processes');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    expect(left, 'processes that outlived a stopped coordinator').toEqual([]);
  }

  #env(): NodeJS.ProcessEnv {
    const own = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(GIT_|KANBAN_|VITEST|NODE_OPTIONS)/.test(name)),
    );
    return { ...own, HOME: join(this.folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  }
}
