// A repository in a temporary folder with a user's own things in it, and what can be said of it. Shares no code with the product.
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));
const AGENT = join(SOURCE, 'test/e2e/rig/agent.sh');
const GOOD = ['T-2', 'T-3', 'T-4'];
/** What the user has in the checkout: uncommitted, staged, untracked, ignored. */
const OWN = {
  'mine.txt': 'changed, not staged\n',
  'staged.txt': 'staged\n',
  'notes/untracked.txt': 'untracked\n',
  '.env.local': 'KEY=user-secret\n',
};

export class Repository {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-prove-')));
  root = join(this.folder, 'repo');
  steer = join(this.folder, 'steer');
  said = '';

  /** @param row of rows.mjs; @param contain `bwrap` or `group` */
  constructor(row, contain, cli) {
    this.cli = cli;
    for (const name of ['plans', 'count', 'at', 'go', 'prompts'])
      mkdirSync(join(this.steer, name), { recursive: true });
    mkdirSync(join(this.folder, 'home'));
    mkdirSync(this.root);
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.com');
    cpSync(join(SOURCE, 'prompts'), join(this.root, 'prompts'), { recursive: true });
    const env = `{ STEER: ${JSON.stringify(this.steer)}, CLI: ${JSON.stringify(cli)}, NODE: ${JSON.stringify(process.execPath)} }`;
    const role = '{ agent: fake, timeout: 25s }';
    const ids = ['T-1', ...GOOD];
    this.write({
      'WORKFLOW.md': `---\nbase: main\nsettle: 0s\ncontain: ${contain}\ncapacity: 5\nroles: { task: ${role}, reviewer: ${role}, tester: ${role} }\nagents: { fake: { kind: command, command: [sh, ${JSON.stringify(AGENT)}], env: ${env} } }\n---\n\nRules.\n`,
      'board/TODO.md': `# TODO\n${ids.map((id) => `\n## ${id}: Task ${id}\n`).join('')}${row.waiting ? '\n## T-5: Waits\n\n- approve: land\n' : ''}`,
      // With an entry in work, uncommitted files of the user stop nothing.
      'board/IN_PROGRESS.md': '# IN_PROGRESS\n\n## [PAUSED] T-9: In work\n',
      'board/REVIEW.md': '# REVIEW\n',
      'board/TESTING.md': '# TESTING\n',
      'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n\n## [1.0.0]\n\n- First\n',
      '.gitignore': '.kanban/\n.worktrees/\n.env.local\n',
      'shared.txt': 'as it was\n',
      'words.txt': 'as it was\n',
      'mine.txt': 'as it was\n',
      'src/a.txt': 'a\n',
      'docs/old.txt': 'old\n',
    });
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'begin');
    this.git('branch', 'mine');
    this.git('tag', 'v1');
    this.write({ 'shared.txt': 'private-stash\n' });
    this.git('stash', '-q');
    writeFileSync(join(this.root, '.git/info/exclude'), '# mine\n.kanban/\n.worktrees/\n');
    row.before?.({ repo: this });
    this.own = row.sparse
      ? { '.env.local': OWN['.env.local'], 'notes/untracked.txt': OWN['notes/untracked.txt'] }
      : OWN;
    this.write(this.own);
    if (this.own['staged.txt'] !== undefined) this.git('add', 'staged.txt');
    for (const [name, script] of Object.entries(row.plans)) this.plan(`T-1.${name}`, script);
    if (row.two !== undefined) this.plan('T-2.task', row.two);
    this.begin = this.git('rev-parse', 'main');
    this.before = this.shared();
  }

  plan(name, script) {
    writeFileSync(join(this.steer, 'plans', name), `${script}\n`);
  }

  write(files) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  read(path) {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : '';
  }

  get env() {
    const kept = Object.entries(process.env).filter(([name]) => !/^(GIT|KANBAN)_/.test(name));
    return {
      ...Object.fromEntries(kept),
      HOME: join(this.folder, 'home'),
      XDG_CONFIG_HOME: join(this.folder, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C.UTF-8',
    };
  }

  /** Its output; '' where it fails. Runs nothing that an agent may have configured. */
  git(...args) {
    const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
    try {
      return execFileSync('git', [...harmless, ...args], {
        cwd: this.root,
        env: this.env,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      return error.status === undefined ? '' : error.stdout;
    }
  }

  show(ref, path) {
    return this.git('show', `${ref}:${path}`);
  }

  /** `kanban …`; it is ended after so many ms. */
  async kanban(args, limit) {
    const child = spawn(process.execPath, [this.cli, ...args], {
      cwd: this.root,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    const [code, signal] = await new Promise((resolve) => child.on('close', (...ended) => resolve(ended)));
    clearTimeout(timer);
    this.said += said;
    return { code, late: signal === 'SIGKILL', said };
  }

  /** Ids of all landings, as base's trailers state them. */
  landed() {
    return [
      ...this.git('log', '--first-parent', '--format=%(trailers:key=Kanban-Move,valueonly)', 'main').matchAll(
        /^(\S+) \S+ -> CHANGELOG$/gm,
      ),
    ].map(([, id]) => id);
  }

  /** The state that all worktrees share, and the user's own. */
  shared() {
    const git = (name) => join(this.root, '.git', name);
    const text = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    const refs = this.git('for-each-ref', '--format=%(refname) %(objectname)')
      .split('\n')
      .filter((line) => line !== '' && !/^refs\/(kanban\/|heads\/(main|T-\d+) |stash )/.test(line));
    return {
      // Sections that only name git's own bookkeeping of worktrees are empty.
      config: text(git('config')),
      hooks: readdirSync(git('hooks'))
        .map((name) => `${name} ${text(git(`hooks/${name}`)).length}`)
        .join('\n'),
      exclude: text(git('info/exclude')),
      attributes: text(git('info/attributes')),
      stash: this.git('stash', 'list', '--format=%H %gs'),
      refs: refs.join('\n'),
      head: text(git('HEAD')),
      staged: this.own?.['staged.txt'] === undefined ? '' : this.git('show', ':staged.txt'),
    };
  }

  /** Live processes of its runs: `pid command`. */
  processes() {
    return readdirSync('/proc').flatMap((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'latin1');
        const inside = readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder) || environ.includes(this.folder);
        return inside
          ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 120)}`]
          : [];
      } catch {
        return [];
      }
    });
  }

  /** Is this text on any ref, in a stash, or in a file of a worktree? */
  has(text) {
    const refs = this.git('for-each-ref', '--format=%(objectname)').split('\n').filter(Boolean);
    const stashes = this.git('stash', 'list', '--format=%H').split('\n').filter(Boolean);
    if ([...refs, ...stashes].some((sha) => this.git('grep', '-l', '-e', text, sha) !== '')) return true;
    return [join(this.root, '.worktrees'), this.steer].some((folder) => holds(folder, text));
  }

  remove() {
    for (const line of this.processes())
      try {
        process.kill(Number(line.split(' ')[0]), 'SIGKILL');
      } catch {
        // It has ended.
      }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function holds(folder, text) {
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) return name !== 'plans' && holds(path, text);
    return stat.isFile() && stat.size < 1_000_000 && readFileSync(path, 'latin1').includes(text);
  });
}

export { GOOD };
