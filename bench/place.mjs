// Where the benches work: a folder of their own, with a git configuration of its own, that is gone afterwards.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a scratch folder with an empty home in it: no setting of the machine's owner (signing, hooks, aliases) is
 * measured. HOME, and not a variable of git's own, because runs are given HOME.
 * @param within the folder that it is made in.
 */
export function makePlace(within = tmpdir()) {
  const folder = realpathSync(mkdtempSync(join(within, 'kanban-bench-')));
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Bench\n\temail = bench@example.com\n[init]\n\tdefaultBranch = main\n',
  );
  const env = { ...process.env, HOME: home };
  for (const name of Object.keys(env)) if (/^(GIT_|KANBAN_|XDG_CONFIG_HOME$)/.test(name)) delete env[name];
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  return {
    folder,
    home,
    env,
    remove,
    git: (cwd, ...args) => execFileSync('git', args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 30 }),
  };
}

/** Every git process from now on leaves one file in `folder`; false ends that. Read by git from the home's configuration. */
export function traceGit(place, folder) {
  const file = join(place.home, '.gitconfig');
  const rest = readFileSync(file, 'utf8').replace(/\[trace2\][^[]*/, '');
  writeFileSync(file, folder === false ? rest : `${rest}[trace2]\n\teventTarget = ${folder}\n`);
}

/** A repository with the kanban set up for the `shell` agent, and one commit. `settings` replaces lines of WORKFLOW.md by key. */
export function setUpKanban(place, repo, cli, settings = {}) {
  execFileSync(process.execPath, [cli, 'init', '--agent', 'shell'], { cwd: repo, env: place.env, stdio: 'pipe' });
  const file = join(repo, 'WORKFLOW.md');
  let text = readFileSync(file, 'utf8');
  for (const [key, value] of Object.entries(settings)) {
    const line = new RegExp(`^(# )?${key}:.*$`, 'm');
    if (!line.test(text)) throw new Error(`WORKFLOW.md has no line for ${key}`);
    text = text.replace(line, `${key}: ${value}`);
  }
  writeFileSync(file, text);
}

/** A repository with the kanban, an empty board, and nothing else in it. */
export function makeRepository(place, repo, cli, settings) {
  mkdirSync(repo, { recursive: true });
  place.git(repo, 'init', '-q');
  place.git(repo, 'commit', '-q', '--allow-empty', '-m', 'start');
  setUpKanban(place, repo, cli, settings);
  writeFileSync(join(repo, 'board', 'TODO.md'), '# TODO\n');
  place.git(repo, 'add', '-A');
  place.git(repo, 'commit', '-q', '-m', 'kanban: set up');
}

/** Runs a program to its end, its output into a file. @returns seconds of wall time; throws if it fails */
export async function timed(program, args, { cwd, env, log }) {
  const begin = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => appendFileSync(log, chunk));
  const code = await new Promise((resolve, reject) =>
    child.on('error', reject).on('exit', (exit, signal) => resolve(exit ?? signal)),
  );
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  return seconds;
}

/** `kanban run` in the background. */
export function startCoordinator(place, repo, cli, args = []) {
  const child = spawn(process.execPath, [cli, 'run', ...args], {
    cwd: repo,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    return ended;
  };
  return { child, ended, stop, said: () => said };
}

/** The coordinator's events so far. */
export function eventsOf(repo) {
  const file = join(repo, '.kanban', 'events.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Waits until `look` finds something; in vain once `coordinator` has ended. */
export async function until(what, look, { seconds = 120, every = 10, coordinator } = {}) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const found = look();
    if (found) return found;
    if (coordinator !== undefined && coordinator.child.exitCode !== null)
      throw new Error(`kanban run has ended before ${what}:\n${coordinator.said().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`);
}

/** Free bytes where `folder` lies. */
export function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Processes whose working directory lies in `folder` (Linux; elsewhere none is found). */
export function processesIn(folder) {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        Number(pid) !== process.pid &&
        `${realpathSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`)
      );
    } catch {
      return false;
    }
  });
}
