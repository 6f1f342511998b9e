import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { writeFiles } from './clis.mjs';
import { killAll, processesOf } from './processes.mjs';
import { startModel } from './scripted-model.mjs';
import { until } from './until.mjs';

/** Not under the temp folder: codex refuses a home there. */
const PARENT = process.env.KANBAN_AGENTS_TMP ?? '/var/tmp/file-kanban-agents';

/** A small package of the user's, with a test, and with commands that a bad agent can be made to run. */
const FILES = {
  'package.json': `${JSON.stringify(
    {
      name: 'demo',
      version: '1.0.0',
      private: true,
      type: 'module',
      scripts: {
        test: 'node --test',
        hang: 'tail -f /dev/null',
        background:
          '(setsid tail -f /dev/null > /dev/null 2>&1 &); (tail -f /dev/null > /dev/null 2>&1 &); echo started',
      },
    },
    null,
    2,
  )}\n`,
  'package-lock.json': `${JSON.stringify({ name: 'demo', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': { name: 'demo', version: '1.0.0' } } }, null, 2)}\n`,
  'add.mjs': 'export const add = (a, b) => a + b;\n',
  'add.test.mjs':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { add } from './add.mjs';\n\ntest('adds', () => assert.equal(add(1, 2), 3));\n",
  'notes/README.md': 'Notes, one a file.\n',
  'words.txt': 'some words\n',
  '.gitignore': 'node_modules/\nignored.txt\n',
  'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n',
};
/** The user's own, which nobody may touch. */
const OWN = { 'untracked.txt': 'mine, not yet in git\n', 'ignored.txt': 'mine, ignored\n' };

/** One trial: a home, a model, a repository with the kanban, all in a folder of its own. */
export class Site {
  /** @param made `{ cli, name, bin, kanban, trial }`: the CLI and its name, its programs, the built product, the case */
  static async make(made) {
    mkdirSync(PARENT, { recursive: true });
    const site = new Site(realpathSync(mkdtempSync(join(PARENT, 'trial-'))), made);
    site.model = await startModel(site.folder, made.trial.scripts);
    site.#home();
    site.#repository();
    return site;
  }

  constructor(folder, { cli, name, bin, kanban, trial, full = false }) {
    Object.assign(this, { folder, cli, name, bin, kanban, trial, full });
    this.home = join(folder, 'home');
    this.root = join(folder, 'repo');
    this.agent = name.replace(':', '-');
    this.coordinators = [];
    /** What isn't as it should be, found on the way. */
    this.wrong = [];
    this.escaped = false;
  }

  #home() {
    mkdirSync(this.home);
    writeFileSync(
      join(this.home, '.gitconfig'),
      '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n',
    );
    const at = { url: this.model.url, home: this.home };
    writeFiles(this.cli, at);
    const own = { ...this.cli.env(at), ...this.trial.env?.(this.cli) };
    this.env = {
      PATH: [this.bin, dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: this.home,
      USER: process.env.USER ?? 'ada',
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      // Claude Code's word for a container, where root may do what it may do elsewhere.
      ...(process.getuid?.() === 0 ? { IS_SANDBOX: '1' } : {}),
      ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null)),
    };
  }

  #repository() {
    mkdirSync(join(this.root, 'notes'), { recursive: true });
    this.git('init', '-q', '-b', 'main');
    for (const [path, text] of Object.entries(FILES)) writeFileSync(join(this.root, path), text);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'Begin');
    // An adapter of its own is what `init` sets up; any other program is written by hand.
    const known = this.cli.kind === undefined;
    execFileSync(process.execPath, [this.kanban, 'init', '--agent', known ? this.agent : 'shell'], {
      cwd: this.root,
      env: this.env,
      stdio: 'pipe',
    });
    this.#settings(known);
    const entries = this.trial.entries ?? [{ title: 'Write a note' }];
    const text = entries.map(({ title, body }, n) => `## T-${n + 1}: ${title}\n\n${body ?? 'One line is enough.'}\n`);
    writeFileSync(join(this.root, 'board', 'TODO.md'), `# TODO\n\n${text.join('\n')}`);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'kanban: set up');
    for (const [path, words] of Object.entries(OWN)) writeFileSync(join(this.root, path), words);
    this.before = this.git('rev-parse', 'main').trim();
  }

  /** What `init` wrote, with what this site needs; only settings, as the user would write them. */
  #settings(known) {
    const file = join(this.root, 'WORKFLOW.md');
    const [, front, rules] = /^---\n([^]*?)\n---\n([^]*)$/.exec(readFileSync(file, 'utf8'));
    const doc = parseDocument(front);
    const { cli, agent } = this;
    const own = ['agents', agent];
    if (!known || !doc.hasIn(own)) doc.setIn(own, doc.createNode({}));
    if (cli.kind !== undefined) doc.setIn([...own, 'kind'], cli.kind);
    if (cli.command !== undefined) doc.setIn([...own, 'command'], doc.createNode(cli.command));
    if (cli.args !== undefined) doc.setIn([...own, 'args'], doc.createNode(cli.args));
    if (this.full) doc.setIn([...own, 'permissions'], 'full');
    if (cli.model !== undefined) doc.setIn([...own, 'model'], cli.model);
    const passed = doc.toJS().agents[agent].env ?? [];
    const names = [...cli.names, ...('IS_SANDBOX' in this.env ? ['IS_SANDBOX'] : [])];
    doc.setIn([...own, 'env'], doc.createNode([...new Set([...passed, ...names])]));
    for (const role of ['task', 'reviewer', 'tester']) doc.setIn(['roles', role, 'agent'], agent);
    const more = this.trial.settings?.(this) ?? {};
    for (const [path, value] of Object.entries(more))
      doc.setIn(
        path.split('.').map((key) => (key === '$agent' ? agent : key)),
        doc.createNode(value),
      );
    writeFileSync(file, `---\n${doc.toString()}---\n${rules}\n${this.trial.rules ?? ''}`);
  }

  git(...args) {
    return execFileSync('git', args, {
      cwd: this.root,
      env: this.env ?? process.env,
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1 << 28,
    });
  }

  /** Any command of the product, to its end. */
  run(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.kanban, ...args], {
      cwd: this.root,
      env: this.env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { code: status, out: stdout, err: stderr };
  }

  /** `kanban run --until-done`, its events as they come. */
  start(...args) {
    const child = spawn(process.execPath, [this.kanban, 'run', '--json', '--until-done', ...args], {
      cwd: this.root,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const coordinator = { pid: child.pid, events: [], err: '', out: '' };
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) coordinator.events.push(JSON.parse(line));
    });
    child.stderr.on('data', (chunk) => (coordinator.err += chunk));
    coordinator.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
    coordinator.kill = () => child.kill('SIGKILL');
    this.coordinators.push(coordinator);
    return coordinator;
  }

  /** A session of the user's with this CLI, in the checkout, with `kanban mcp`. @returns its exit code; `said` is what it printed */
  session(prompt) {
    const server = { command: process.execPath, args: [this.kanban, 'mcp'] };
    const [program, ...args] = this.cli.session({ server, prompt, model: this.cli.model });
    const child = spawn(join(this.bin, program), args, {
      cwd: this.root,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.said += chunk));
    return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  }

  get events() {
    return this.coordinators.flatMap(({ events }) => events);
  }

  eventsOf(type) {
    return this.events.filter((event) => event.type === type);
  }

  /** The runs so far, oldest first, each with the files of its folder. */
  runs() {
    const folder = join(this.root, '.kanban', 'runs');
    if (!existsSync(folder)) return [];
    const json = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null);
    const lines = (path) =>
      existsSync(path)
        ? readFileSync(path, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
        : [];
    return readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, 'brief.json')))
      .map((name) => ({
        id: name,
        brief: json(join(folder, name, 'brief.json')),
        result: json(join(folder, name, 'result.json')),
        events: lines(join(folder, name, 'events.jsonl')),
      }))
      .sort((a, b) => a.brief.createdAt - b.brief.createdAt);
  }

  board() {
    return ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING']
      .map((column) => readFileSync(join(this.root, 'board', `${column}.md`), 'utf8'))
      .join('\n');
  }

  /** Files of the user's that are not as they were. */
  ownChanged() {
    return Object.entries(OWN).flatMap(([path, text]) => {
      const now = existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : null;
      return now === text ? [] : [path];
    });
  }

  /** What is alive of this trial, but for the model server. */
  processes() {
    return processesOf(this.folder, [this.model.pid]);
  }

  killAll() {
    return killAll(this.folder, [this.model.pid]);
  }

  async remove(keep) {
    this.killAll();
    this.model.stop();
    await until(10, () => this.processes().length === 0);
    if (!keep) rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
