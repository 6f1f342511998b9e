// kill -9 of the whole product at random times while landings are checked and pushed, then `kanban run` again.
//
//   node test/crash/push-kills.mjs [--kills 100] [--seed 1] [--cli dist/cli.js] [--keep]
//
// Several repositories, one after the other: a bare repository as remote that takes its time, six tasks for the shell agent,
// a check, the user with uncommitted files, and somebody who pushes from another clone. Each is killed up to ten times, at
// times by chance or as a check or a push is on (half of the kills take git and the runners along), then run to its end and looked at: every task landed once, on the remote and
// here; board, CHANGELOG and code in step at each commit of the remote's first-parent line; no byte of the user's changed;
// nothing left behind (docs/invariants.md: I1, I4, I7, I8). The last line sums it up; exit code 1 when anything was wrong.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
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
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: asked } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    cli: { type: 'string', default: fileURLToPath(new URL('../../dist/cli.js', import.meta.url)) },
    keep: { type: 'boolean', default: false },
  },
});
const CLI = resolve(asked.cli);
const KILLS = Number(asked.kills);
const KILLS_EACH = 10;
const IDS = ['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6'];
const COLUMNS = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'];
const LONGEST = 120_000;

if (!existsSync(CLI)) {
  console.error(`${CLI} is not there: npm run build, or --cli`);
  process.exit(2);
}

/** Numbers from 0 to 1, the same sequence for the same seed. */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TODO = (ids) =>
  ids
    .map((id, index) => {
      const depends = index % 3 === 2 ? `\n- depends: ${ids[index - 1]}\n` : '';
      return `## ${id}: Task ${id}\n${depends}\n\`\`\`sh\nsleep 0.1; echo work > ${id}.txt\n\`\`\`\n`;
    })
    .join('\n');

const WORKFLOW = `---
base: main
settle: 0s
remote: origin
push: true
merge_queue: { mode: batch, check: "sleep 0.15; test ! -e bad.txt" }
roles:
  task: { agent: shell }
  reviewer: { agent: shell }
  tester: { agent: shell, run: "true" }
---

Rules.
`;

class Round {
  constructor(seed) {
    this.random = chance(seed);
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-push-kills-')));
    this.root = join(this.folder, 'repo');
    this.bare = join(this.folder, 'remote.git');
    this.other = join(this.folder, 'other');
    this.faults = [];
    this.ids = IDS;
    this.hasOwn = false;
    mkdirSync(join(this.folder, 'home'));
    this.git(this.folder, 'init', '-q', '--bare', '-b', 'main', this.bare);
    this.git(this.folder, 'clone', '-q', this.bare, this.root);
    this.git(this.root, 'symbolic-ref', 'HEAD', 'refs/heads/main');
    this.person(this.root, 'Ada');
    this.git(this.root, 'commit', '-q', '--allow-empty', '-m', 'nothing yet');
    execFileSync(process.execPath, [CLI, 'init', '--agent', 'shell'], {
      cwd: this.root,
      env: this.env(),
      stdio: 'ignore',
    });
    for (const [name, text] of Object.entries({
      'WORKFLOW.md': WORKFLOW,
      'mine.txt': 'one\n',
      'board/TODO.md': `# TODO\n\n${TODO(IDS)}`,
    }))
      this.write(this.root, name, text);
    this.git(this.root, 'add', '-A');
    this.git(this.root, 'commit', '-q', '-m', 'begin');
    this.git(this.root, 'push', '-q', '-u', 'origin', 'main');
    this.git(this.folder, 'clone', '-q', this.bare, this.other);
    this.person(this.other, 'Bea');
    this.marks = join(this.folder, 'marks');
    for (const name of ['pre-receive', 'post-receive']) {
      const script = `grep -q ' refs/heads/main$' || exit 0\necho ${name} >> '${this.marks}'; sleep 0.15`;
      writeFileSync(join(this.bare, 'hooks', name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(this.bare, 'hooks', name), 0o755);
    }
  }

  /** Once there is work, the user has files of their own: before that they would keep it from beginning. */
  changeFiles() {
    if (this.hasOwn || !this.git(this.root, 'log', '--format=%s', 'main').includes('TODO →')) return;
    this.hasOwn = true;
    this.write(this.root, 'mine.txt', 'one\ntwo\n');
    this.write(this.root, 'untracked.txt', 'untracked\n');
  }

  env() {
    const kept = Object.entries(process.env).filter(([name]) => !/^(GIT_|KANBAN_|NODE_OPTIONS)/.test(name));
    return { ...Object.fromEntries(kept), HOME: join(this.folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  }

  git(cwd, ...args) {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      env: this.env(),
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  person(cwd, name) {
    this.git(cwd, 'config', 'user.name', name);
    this.git(cwd, 'config', 'user.email', `${name.toLowerCase()}@example.com`);
  }

  write(cwd, name, text) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }

  start() {
    const child = spawn(process.execPath, [CLI, 'run', '--until-done'], {
      cwd: this.root,
      env: this.env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
    return { child, ended, said: () => said };
  }

  /** Live processes of this round: pid and folder. */
  processes() {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          const cwd = readlinkSync(`/proc/${pid}/cwd`);
          const isOurs =
            cwd.startsWith(this.folder) || readFileSync(`/proc/${pid}/environ`, 'latin1').includes(this.folder);
          return isOurs ? [{ pid: Number(pid), cwd }] : [];
        } catch {
          return [];
        }
      });
  }

  ref(cwd, name) {
    try {
      return this.git(cwd, 'rev-parse', '--verify', '-q', name);
    } catch {
      return null;
    }
  }

  /** Where in its work it was hit. */
  stage() {
    const [here, there] = [this.ref(this.root, 'refs/heads/main'), this.ref(this.bare, 'refs/heads/main')];
    const isAhead =
      here !== null &&
      there !== null &&
      this.ref(this.root, `${there}^{commit}`) !== null &&
      this.git(this.root, 'rev-list', '--count', `${here}..${there}`) !== '0';
    const common = join(this.root, '.git', 'kanban');
    return {
      pushing: this.ref(this.root, 'refs/kanban/inflight/push') !== null,
      ahead: isAhead,
      journal: ['move.json', 'landing.json'].some((name) => existsSync(join(common, name))),
      checking: existsSync(join(this.root, '.kanban', 'checks')) && this.isChecking(),
    };
  }

  isChecking() {
    const checks = join(this.root, '.kanban', 'checks');
    return readdirSync(checks).some((name) => !existsSync(join(checks, name, 'result.json')));
  }

  /** How much of each has been seen: checks that began, pushes that the server looked at, or has taken. */
  seen() {
    const marks = existsSync(this.marks) ? readFileSync(this.marks, 'utf8').split('\n') : [];
    const checks = join(this.root, '.kanban', 'checks');
    return {
      check: existsSync(checks) ? readdirSync(checks).length : 0,
      push: marks.filter((mark) => mark === 'pre-receive').length,
      arrival: marks.filter((mark) => mark === 'post-receive').length,
    };
  }

  /** A time by chance; or, as often, a moment after a check or a push has begun, or a push has arrived. */
  async moment() {
    if (this.random() < 0.5) return pause(150 + this.random() ** 2 * 4_000);
    const what = ['check', 'push', 'arrival'][Math.floor(this.random() * 3)];
    const before = this.seen()[what];
    for (const start = performance.now(); this.seen()[what] === before && performance.now() - start < 6_000;)
      await pause(5);
    return pause(this.random() * 300);
  }

  /** One start and its kill. @returns the stage, or null when it had come to its end before */
  async kill(all) {
    const { child, ended, said } = this.start();
    const over = await Promise.race([ended, this.moment()]);
    if (over !== undefined) {
      if (over.code !== 0) this.fault(`run ended with ${over.code}: ${said()}`);
      return null;
    }
    child.kill('SIGKILL');
    if (all)
      for (const { pid, cwd } of this.processes()) {
        // What works in the remote is another machine's.
        if (cwd.startsWith(this.bare)) continue;
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      }
    await ended;
    const stage = this.stage();
    this.changeFiles();
    return stage;
  }

  /** Somebody pushes code, and a task, from another clone. */
  push(count) {
    try {
      this.git(this.other, 'pull', '-q', '--no-rebase', '--no-edit', 'origin', 'main');
      const id = `T-${100 + count}`;
      const todo = readFileSync(join(this.other, 'board/TODO.md'), 'utf8');
      this.write(this.other, `theirs-${count}.txt`, 'theirs\n');
      this.write(this.other, 'board/TODO.md', `${todo.trimEnd()}\n\n${TODO([id])}`);
      this.git(this.other, 'add', '-A');
      this.git(this.other, 'commit', '-q', '-m', `Bea's ${count}`);
      this.git(this.other, 'push', '-q', 'origin', 'main');
      this.ids = [...this.ids, id];
    } catch {
      // The remote has moved meanwhile: she leaves it.
      this.git(this.other, 'reset', '-q', '--hard', 'origin/main');
    }
  }

  fault(text) {
    this.faults.push(text);
  }

  expect(what, found, wanted) {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (a !== b) this.fault(`${what}: ${a}, not ${b}`);
  }

  /** To the end, and what stands there then. */
  async finish() {
    for (const begun = Date.now(); this.processes().some(({ cwd }) => cwd.startsWith(this.bare));) {
      if (Date.now() - begun > LONGEST) return this.fault('the remote does not come to rest');
      await pause(50);
    }
    const { child, ended, said } = this.start();
    const over = await Promise.race([ended, pause(LONGEST, undefined, { ref: false })]);
    if (over === undefined) {
      child.kill('SIGKILL');
      return this.fault(`the last run does not end: ${said()}`);
    }
    if (over.code !== 0) return this.fault(`the last run ended with ${over.code}: ${said()}`);
    this.look();
  }

  look() {
    const { root, bare } = this;
    this.expect('base', this.ref(root, 'refs/heads/main'), this.ref(bare, 'refs/heads/main'));
    this.expect('status', this.git(root, 'status', '--porcelain'), this.hasOwn ? 'M mine.txt\n?? untracked.txt' : '');
    if (this.hasOwn) {
      this.expect('mine.txt', readFileSync(join(root, 'mine.txt'), 'utf8'), 'one\ntwo\n');
      this.expect('untracked.txt', readFileSync(join(root, 'untracked.txt'), 'utf8'), 'untracked\n');
    }
    const refs = (cwd, ...patterns) => this.git(cwd, 'for-each-ref', '--format=%(refname)', ...patterns);
    this.expect(
      'refs',
      refs(root, 'refs/heads', 'refs/kanban/start', 'refs/kanban/inflight', 'refs/kanban/abandoned'),
      'refs/heads/main',
    );
    this.expect('refs of the remote', refs(bare), 'refs/heads/main');
    this.expect('locks', existsSync(join(root, '.git/index.lock')), false);
    for (const cwd of [root, bare]) this.expect('fsck', this.git(cwd, 'fsck', '--no-dangling', '--no-progress'), '');
    const events = readFileSync(join(root, '.kanban/events.jsonl'), 'utf8');
    for (const line of events.split('\n').filter((text) => text.includes('"audit-failed"'))) this.fault(line);
    this.lookAtHistory();
  }

  lookAtHistory() {
    const { bare, ids } = this;
    const moves = this.git(bare, 'log', '--format=%(trailers:key=Kanban-Move,valueonly)', 'main').split('\n');
    const landed = moves.flatMap((line) => /^(\S+) \S+ -> CHANGELOG$/.exec(line)?.[1] ?? []);
    this.expect('landings', landed.toSorted(), ids.toSorted());
    const seen = new Set();
    for (const sha of this.git(bare, 'rev-list', '--first-parent', '--reverse', 'main').split('\n')) {
      const names = this.git(bare, 'ls-tree', '-r', '--name-only', sha).split('\n');
      const show = (name) => (names.includes(name) ? this.git(bare, 'show', `${sha}:${name}`) : '');
      const board = COLUMNS.map((column) => show(`board/${column}.md`)).join('\n');
      const changelog = show('CHANGELOG.md');
      for (const id of ids) {
        const places = [...board.matchAll(new RegExp(`^## .*\\b${id}\\b`, 'gm'))].length;
        const lines = [...changelog.matchAll(new RegExp(`\\(${id}\\)$`, 'gm'))].length;
        if (places + lines > 0) seen.add(id);
        this.expect(`places of ${id} at ${sha.slice(0, 9)}`, places + lines, seen.has(id) ? 1 : 0);
        this.expect(`${id}.txt at ${sha.slice(0, 9)}`, names.includes(`${id}.txt`), lines === 1);
      }
    }
  }

  async remove() {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await pause(100);
    if (!asked.keep || this.faults.length === 0)
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const sums = { kills: 0, all: 0, pushing: 0, ahead: 0, journal: 0, checking: 0, landed: 0, integrated: 0 };
const bad = [];
const begun = Date.now();
for (let seed = Number(asked.seed); sums.kills < KILLS; seed += 1) {
  const round = new Round(seed);
  for (let count = 0; count < KILLS_EACH && sums.kills < KILLS; count += 1) {
    const all = round.random() < 0.5;
    const stage = await round.kill(all);
    if (stage === null) break;
    sums.kills += 1;
    if (all) sums.all += 1;
    for (const name of ['pushing', 'ahead', 'journal', 'checking']) if (stage[name]) sums[name] += 1;
    if (count % 4 === 2) round.push(count);
  }
  await round.finish();
  sums.landed += round.ids.length;
  const events = join(round.root, '.kanban/events.jsonl');
  if (existsSync(events)) sums.integrated += readFileSync(events, 'utf8').split('"type":"integrated"').length - 1;
  console.log(`seed ${seed}: ${round.faults.length === 0 ? 'well' : 'WRONG'}, ${sums.kills} kills so far`);
  for (const fault of round.faults) {
    bad.push(seed);
    console.log(`  ${fault.slice(0, 2_000)}`);
  }
  if (asked.keep && round.faults.length > 0) console.log(`  kept: ${round.folder}`);
  await round.remove();
}
const minutes = ((Date.now() - begun) / 60_000).toFixed(1);
console.log(
  `${sums.kills} kills (${sums.all} with git and the runners) in ${minutes} min: ${sums.pushing} during a push, ${sums.ahead} with the remote ahead of base, ${sums.checking} during a check, ${sums.journal} with a journal open; ${sums.landed} tasks landed once each, base brought up ${sums.integrated} times; ${bad.length} bad states${bad.length === 0 ? '' : ` (seeds ${[...new Set(bad)].join(', ')})`}`,
);
process.exitCode = bad.length === 0 ? 0 : 1;
