import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { hostname, tmpdir } from 'node:os';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { lockHolder, takeLock } from '../../../src/system/lock.ts';
import type { TakenLock, TakeLock } from '../../../src/system/lock.ts';
import { processIdentity } from '../../../src/system/claim.ts';
import { buildProgram } from '../../rig/child-program.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

let tools: string;
let program: string;
let dir: string;
const children: ChildProcess[] = [];

/** Waits for the file `go`, tries once, says `held` or `refused`, and then stays. */
const STARTER = `
import { existsSync, writeSync } from 'node:fs';
import { takeLock } from '../../../src/system/lock.ts';
const [dir, go] = process.argv.slice(2);
writeSync(1, 'ready\\n');
while (!existsSync(go)) {}
const result = await takeLock(dir);
writeSync(1, result.ok ? 'held\\n' : 'refused\\n');
setInterval(() => { if (result.ok && !result.stillHeld()) { writeSync(1, 'lost\\n'); } }, 10);
`;

/** Looks at the lock when all its file descriptors are in use. */
const LOOKER = `
import { openSync, writeSync } from 'node:fs';
import { lockHolder } from '../../../src/system/lock.ts';
try { for (;;) openSync('/dev/null', 'r'); } catch {}
writeSync(1, JSON.stringify(lockHolder(process.argv[2])));
`;

beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), 'kanban-lock-tools-'));
  program = buildProgram(STARTER, join(tools, 'starter.mjs'));
});
afterAll(() => rmSync(tools, { recursive: true, force: true }));
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'kanban-lock-')), 'kanban');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.splice(0).map((child) => ended(child)));
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

function starter(go: string): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [program, dir, go], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  children.push(child);
  return { child, said: () => text };
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
  );

function mustHave(result: TakeLock): TakenLock {
  if (!result.ok) throw new Error(result.problem.message);
  return result;
}

describe('one coordinator per repository (I3)', () => {
  it('is taken, refused to a second one with who holds it, and free again after release', async () => {
    const first = mustHave(await takeLock(dir));
    const second = await takeLock(dir);
    expect(second).toMatchObject({ ok: false, held: { state: 'alive', holder: { pid: process.pid } } });
    expect(!second.ok && second.problem.message).toContain(`pid ${process.pid}`);
    expect(lockHolder(dir)?.holder?.pid).toBe(process.pid);
    expect(first.stillHeld()).toBe(true);
    first.release();
    expect(first.stillHeld()).toBe(false);
    expect(lockHolder(dir)).toBeNull();
    mustHave(await takeLock(dir)).release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it(
    'ten starters at once after kill -9 of the holder: exactly one holds it, in every round',
    { timeout: 300_000 },
    async () => {
      let holder = starter(join(tools, 'starter.mjs'));
      await until(() => holder.said().includes('held'));
      for (let round = 0; round < 6; round++) {
        const go = join(dir, '..', `go-${round}`);
        const starters = Array.from({ length: 10 }, () => starter(go));
        await until(() => starters.every(({ said }) => said().includes('ready')), 120_000);
        holder.child.kill('SIGKILL');
        await ended(holder.child);
        writeFileSync(go, '');
        await until(() => starters.every(({ said }) => /held|refused/.test(said())), 120_000);
        const holders = starters.filter(({ said }) => said().includes('held'));
        expect(holders).toHaveLength(1);
        expect(holders[0]?.said()).not.toContain('lost');
        expect((JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')) as { pid: number }).pid).toBe(
          holders[0]?.child.pid,
        );
        for (const { child } of starters) if (child !== holders[0]?.child) child.kill('SIGKILL');
        holder = holders[0]!;
      }
    },
  );

  it('a starter that died while taking over (its right won, the lock not yet replaced) hinders nobody', async () => {
    const dead = { ...(await deadIdentity()), claimedAt: 1 };
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'lock'), JSON.stringify({ ...dead, nonce: 'aaaa' }));
    writeFileSync(join(dir, 'lock.takeover.aaaa'), JSON.stringify({ ...dead, nonce: 'bbbb' }));
    writeFileSync(join(dir, 'lock.takeover.bbbb'), JSON.stringify({ ...dead, nonce: 'cccc' }));
    const lock = mustHave(await takeLock(dir));
    expect(readdirSync(dir)).toEqual(['lock']);
    lock.release();
  });

  it('a living starter that is taking over is waited for, not overtaken', async () => {
    const dead = { ...(await deadIdentity()), claimedAt: 1 };
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'lock'), JSON.stringify({ ...dead, nonce: 'aaaa' }));
    writeFileSync(
      join(dir, 'lock.takeover.aaaa'),
      JSON.stringify({ ...processIdentity(process.pid), claimedAt: 1, nonce: 'bbbb' }),
    );
    const waiting = takeLock(dir);
    rmSync(join(dir, 'lock.takeover.aaaa'));
    expect((await waiting).ok).toBe(true);
  });

  it('a pid that was given out again is not the holder: its start time differs', async () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, 'lock'),
      JSON.stringify({ ...processIdentity(process.pid), startTime: '1', claimedAt: 1, nonce: 'aaaa' }),
    );
    expect((await takeLock(dir)).ok).toBe(true);
  });

  it('another host or pid namespace counts as held, and is said', async () => {
    mkdirSync(dir, { recursive: true });
    const here = { ...processIdentity(process.pid), claimedAt: 1, nonce: 'aaaa' };
    for (const other of [{ host: `${hostname()}-other` }, { pidNamespace: 'pid:[1]' }]) {
      writeFileSync(join(dir, 'lock'), JSON.stringify({ ...here, ...other, pid: 1 }));
      expect(await takeLock(dir)).toMatchObject({ ok: false, held: { state: 'foreign' } });
    }
  });

  it('another boot is dead; so is what a power cut left of a lock, once it is old', async () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, 'lock'),
      JSON.stringify({ ...processIdentity(process.pid), bootId: 'other', claimedAt: 1, nonce: 'aaaa' }),
    );
    mustHave(await takeLock(dir)).release();
    writeFileSync(join(dir, 'lock'), '');
    expect((await takeLock(dir)).ok).toBe(false);
    utimesSync(join(dir, 'lock'), 1, 1);
    expect((await takeLock(dir)).ok).toBe(true);
  });

  it('I3: a lock that the disk does not let us read, however old, counts as held', () => {
    mkdirSync(dir, { recursive: true });
    const path = join(dir, 'lock');
    writeFileSync(path, JSON.stringify({ ...processIdentity(process.pid), claimedAt: 1, nonce: 'aaaa' }));
    utimesSync(path, 1, 1);
    const looker = buildProgram(LOOKER, join(tools, 'looker.mjs'));
    // No file descriptor is left there.
    const { stdout } = spawnSync('sh', ['-c', 'ulimit -n 100 && exec "$0" "$1" "$2"', process.execPath, looker, dir]);
    expect(JSON.parse(stdout.toString())).toEqual({ holder: null, state: 'alive' });
  });

  it.skipIf(process.getuid?.() === 0)('I3: a lock without permission to read it is not taken over', async () => {
    mkdirSync(dir, { recursive: true });
    const path = join(dir, 'lock');
    writeFileSync(path, JSON.stringify({ ...processIdentity(process.pid), claimedAt: 1, nonce: 'aaaa' }), { mode: 0 });
    utimesSync(path, 1, 1);
    expect(await takeLock(dir)).toMatchObject({ ok: false, held: { state: 'alive' } });
    chmodSync(path, 0o600);
    expect(lockHolder(dir)?.holder?.pid).toBe(process.pid);
  });

  it('releases only its own lock', async () => {
    const lock = mustHave(await takeLock(dir));
    rmSync(join(dir, 'lock'));
    const other = mustHave(await takeLock(dir));
    expect(lock.stillHeld()).toBe(false);
    lock.release();
    expect(other.stillHeld()).toBe(true);
  });

  it('a folder that cannot be made is a problem, not a crash', async () => {
    writeFileSync(join(dir, '..', 'file'), '');
    const result = await takeLock(join(dir, '..', 'file', 'kanban'));
    expect(result).toMatchObject({ ok: false, held: null });
  });
});

describe('board.lock, held for a moment', () => {
  it("is waited for; beside the coordinator's lock", async () => {
    const coordinator = mustHave(await takeLock(dir));
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const lock = mustHave(await takeLock(dir, { name: 'board.lock', wait: 30_000 }));
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        lock.release();
      }),
    );
    expect(most).toBe(1);
    expect(coordinator.stillHeld()).toBe(true);
  });

  it('the wait is bounded', async () => {
    mustHave(await takeLock(dir, { name: 'board.lock' }));
    expect((await takeLock(dir, { name: 'board.lock', wait: 60 })).ok).toBe(false);
  });
});

async function deadIdentity(): Promise<ReturnType<typeof processIdentity>> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await until(
    () =>
      (child.pid !== undefined && readFileOrEmpty(`/proc/${child.pid}/stat`) !== '') || process.platform !== 'linux',
  );
  const identity = processIdentity(child.pid!);
  child.kill('SIGKILL');
  await ended(child);
  return identity;
}
