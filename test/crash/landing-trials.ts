import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeRepository } from '../../src/git/close.ts';
import type { RecoveryEvent } from '../../src/landing/recovery/recover.ts';
import { idsOf, landingsSince, makeChainRig, makeTasks } from '../integration/landing/chain-rig.ts';
import { Dice } from '../integration/landing/random-histories.ts';
import { copyRig, leftovers, lines, type Rig } from '../integration/landing/rig.ts';

export interface Trials {
  /** So many processes are killed at least, at every step at any rate. */
  readonly kills: number;
  readonly seed: number;
  /** Files that each task edits and adds; it deletes a fifth as many. Default 50. */
  readonly size?: number;
  /** The child's program, bundled. */
  readonly child: string;
  readonly say?: (line: string) => void;
}

/** What came of the trials. */
export interface Summary {
  /** Processes that were killed, of landings and of recoveries. */
  kills: number;
  recoveriesKilled: number;
  /** The kill came too late. */
  finishedBefore: number;
  /** What the next start found: nothing begun, a landing to be taken back, one to be finished. */
  nothingBegun: number;
  takenBack: number;
  finished: number;
  /** Kills that left an index.lock, and files that were changed already. */
  locksLeft: number;
  halfDone: number;
  steps: readonly string[];
  /** Every state that must not be, with its trial. */
  bad: string[];
}

/** How a trial kills. */
interface Kill {
  /** Stops at this step, and is killed there… */
  readonly atStep: number | null;
  /** …or is killed so long after this line of its output, ms. */
  readonly after: string;
  readonly wait: number;
  /** The coordinator alone, or with every git that it has started. */
  readonly all: boolean;
}

const TASKS = idsOf(5);

/**
 * Kills a landing of five tasks (250 files edited, 50 deleted, 250 added, unless told) at every step and at random times, starts
 * again, and compares with a landing that nobody disturbed (I1, I4, I7, I8). The user's files are changed, staged, not
 * added and ignored all the while.
 */
export async function runTrials({ kills, seed, size = 50, child, say = () => {} }: Trials): Promise<Summary> {
  const dice = new Dice(seed);
  const template = await makeTemplate(size);
  const whole = await copyRig(template);
  const undisturbed = await run(child, whole, null);
  const steps = undisturbed.lines.slice(0, -1);
  const wanted = stateOf(whole, template);
  remove(whole);
  const summary: Summary = {
    ...{ kills: 0, recoveriesKilled: 0, finishedBefore: 0, nothingBegun: 0, takenBack: 0, finished: 0 },
    ...{ locksLeft: 0, halfDone: 0, steps, bad: [] },
  };
  for (let trial = 0; trial < 2 * steps.length || (summary.kills < kills && trial < 20 * kills); trial++) {
    const kill = killOf(trial, steps, undisturbed, dice);
    const rig = await copyRig(template);
    try {
      const bad = await oneTrial({ rig, template, child, dice, summary, wanted }, kill);
      for (const what of bad) summary.bad.push(`trial ${trial} of seed ${seed} (${JSON.stringify(kill)}): ${what}`);
      if (bad.length > 0) say(summary.bad.at(-1) ?? '');
    } finally {
      remove(rig);
    }
    if (trial % 25 === 24) say(`${trial + 1} landings, ${summary.kills} kills, ${summary.bad.length} bad`);
  }
  remove(template);
  return summary;
}

/** Every step first, alone and with git; then random times, half of them while git changes files. */
function killOf(trial: number, steps: readonly string[], { ms, times }: Ran, dice: Dice): Kill {
  const after = dice.once(3) ? 'start' : 'go';
  const [go = 0, merged = ms] = [times.get('go'), times.get('merged')];
  const wait = dice.next() * (after === 'go' ? merged - go : ms * 0.8);
  const all = !dice.once(4);
  if (trial >= 2 * steps.length) return { atStep: null, after, wait, all };
  return { atStep: trial % steps.length, after: steps[trial % steps.length] ?? '', wait: 0, all: trial < steps.length };
}

interface Trial {
  readonly rig: Rig;
  readonly template: Rig;
  readonly child: string;
  readonly dice: Dice;
  readonly summary: Summary;
  readonly wanted: unknown;
}

async function oneTrial({ rig, template, child, dice, summary, wanted }: Trial, kill: Kill): Promise<string[]> {
  const first = await run(child, rig, kill);
  if (first.killed) {
    summary.kills += 1;
    if (existsSync(join(rig.root, '.git/index.lock'))) summary.locksLeft += 1;
    if (existsSync(join(rig.root, 'new/T-101-0.txt')) !== (rig.sha('main') !== template.sha('main')))
      summary.halfDone += 1;
  } else summary.finishedBefore += 1;
  let events: readonly RecoveryEvent[] = [];
  for (let tries = 0; ; tries++) {
    // Now and then the next start is killed as well, and the one after it.
    const again = dice.once(3) && tries < 3;
    const next = { atStep: again ? dice.below(4) : null, after: 'start', wait: dice.next() * 100, all: dice.once(2) };
    const second = await run(child, rig, again ? next : null);
    if (second.killed) {
      summary.kills += 1;
      summary.recoveriesKilled += 1;
      continue;
    }
    const said = second.result;
    if (said === null) return [`the start after it ended with: ${second.stderr || 'nothing'}`];
    events = said.events;
    if (said.result !== null && !said.result.ok) return [`the landing after it: ${JSON.stringify(said)}`];
    if (said.result?.audit?.length) return [`the audit: ${said.result.audit.join('; ')}`];
    break;
  }
  if (events.some(({ type }) => type === 'landing-taken-back')) summary.takenBack += 1;
  else if (events.some(({ type }) => type === 'landing-finished')) summary.finished += 1;
  else summary.nothingBegun += 1;
  const odd = events.filter(({ type }) => type !== 'landing-taken-back' && type !== 'landing-finished');
  const now = stateOf(rig, template);
  return [
    ...odd.map((event) => JSON.stringify(event)),
    ...(JSON.stringify(now) === JSON.stringify(wanted) ? [] : [differences(now, wanted)]),
  ];
}

/** All that two landings must have in common, whenever they were cut off. */
function stateOf(rig: Rig, template: Rig): Readonly<Record<string, unknown>> {
  const old = template.sha('main');
  const landings = landingsSince(rig, old);
  const parents = landings.map((sha) => rig.git('show', '-s', '--format=%P', sha).split(' '));
  return {
    trees: landings.map((sha) => rig.sha(`${sha}^{tree}`)),
    chained: parents.every(([first], at) => first === (landings[at - 1] ?? old)),
    tips: parents.map((both) => both.slice(1)),
    wanted: TASKS.map((id) => [rig.sha(id)]),
    board: rig.git('show', 'main:board/TESTING.md'),
    changelog: rig.git('show', 'main:CHANGELOG.md'),
    status: rig.gitIn(rig.root, 'status', '--porcelain=v1', '--ignored', '-uall'),
    staged: rig.git('diff', '--cached'),
    changed: rig.git('diff'),
    theirs: PERSON.map((path) => rig.read(path)),
    stash: rig.git('stash', 'list'),
    refs: rig.git('for-each-ref', '--format=%(refname)'),
    head: rig.read('.git/HEAD'),
    seen: rig.sha('refs/kanban/seen') === rig.sha('main'),
    left: leftovers(rig),
    fsck: rig.git('fsck', '--no-dangling', '--no-progress'),
  };
}

function differences(now: Readonly<Record<string, unknown>>, wanted: unknown): string {
  const before = wanted as Readonly<Record<string, unknown>>;
  const names = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return names.map((name) => `${name}: ${JSON.stringify(now[name])}, not ${JSON.stringify(before[name])}`).join('; ');
}

const PERSON = ['mine/staged.txt', 'mine/changed.txt', 'mine/both.txt', 'note.txt', 'ignored.txt', 'added.txt'];

async function makeTemplate(size: number): Promise<Rig> {
  const rig = await makeChainRig(TASKS.length);
  for (let i = 0; i < size * 6; i++) rig.write(pathOf(i), lines(`file ${i}`));
  for (const path of PERSON.slice(0, 3)) rig.write(path, 'old\n');
  rig.git('add', '.');
  rig.git('commit', '-qm', 'files');
  rig.git('update-ref', 'refs/kanban/seen', 'main');
  makeTasks(rig, Object.fromEntries(TASKS.map((id, at) => [id, changesOf(id, at, size)])));
  rig.git('gc', '-q');
  for (const path of ['mine/staged.txt', 'mine/both.txt', 'added.txt']) rig.write(path, 'staged\n');
  rig.git('add', 'mine', 'added.txt');
  for (const path of ['mine/changed.txt', 'mine/both.txt', 'note.txt', 'ignored.txt']) rig.write(path, 'changed\n');
  closeRepository(rig.repo);
  return rig;
}

const pathOf = (file: number): string => `src/${Math.floor(file / 50)}/file${file}.txt`;

function changesOf(id: string, task: number, size: number): Record<string, string | null> {
  const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
  return Object.fromEntries([
    ...range(task * size, size).map((file) => [pathOf(file), lines(`file ${file}`).replace('line 7', `by ${id}`)]),
    ...range(size * 5 + task * (size / 5), size / 5).map((file) => [pathOf(file), null]),
    ...range(0, size).map((file) => [`new/${id}-${file}.txt`, lines(`${id} ${file}`)]),
  ]);
}

interface Ran {
  readonly killed: boolean;
  readonly lines: readonly string[];
  /** Since its first line. */
  readonly ms: number;
  readonly times: ReadonlyMap<string, number>;
  readonly stderr: string;
  readonly result: Said | null;
}

interface Said {
  readonly events: readonly RecoveryEvent[];
  readonly result: { readonly ok: boolean; readonly audit?: readonly string[] } | null;
}

/** Runs the child, and kills it as it is told to. */
function run(child: string, rig: Rig, kill: Kill | null): Promise<Ran> {
  const args = [child, rig.root, String(kill?.atStep ?? -1)];
  const process = spawn('node', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [stdout, stderr, killed, armed, began] = ['', '', false, false, Date.now()];
  const times = new Map<string, number>();
  const end = (): void => {
    if (process.pid === undefined || process.exitCode !== null) return;
    killed = true;
    for (const pid of kill?.all === true ? [process.pid, ...below(process.pid)] : [process.pid]) killOne(pid);
  };
  process.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  process.stdout.on('data', (chunk: Buffer) => {
    if (stdout === '') began = Date.now();
    stdout += chunk.toString();
    for (const line of stdout.split('\n')) if (!times.has(line)) times.set(line, Date.now() - began);
    if (kill === null || armed) return;
    const said = stdout.split('\n').slice(0, -1);
    const there = kill.atStep === null ? said.includes(kill.after) : said.length > kill.atStep;
    if (!there) return;
    armed = true;
    if (kill.atStep !== null || kill.wait < 1) end();
    else setTimeout(end, kill.wait);
  });
  return new Promise((resolve) =>
    process.on('exit', (_, signal) => {
      // Pipes of a git that continues stay open: what this process said is there, its end is not waited for.
      setImmediate(() => {
        const output = stdout.split('\n').filter(Boolean);
        const last = output.at(-1) ?? '';
        const result = last.startsWith('{') ? (JSON.parse(last) as Said) : null;
        resolve({
          killed: killed && signal === 'SIGKILL',
          lines: output,
          ms: Date.now() - began,
          times,
          stderr,
          result,
        });
      });
    }),
  );
}

function killOne(pid: number): void {
  try {
    globalThis.process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Every process that this one has started, and those that they have. */
function below(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended by now.
    }
  }
  const found = new Set([pid]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [one, parent] of parents) if (found.has(parent)) found.add(one);
  }
  found.delete(pid);
  return [...found];
}

function remove(rig: Rig): void {
  closeRepository(rig.repo);
  rmSync(dirname(rig.root), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
