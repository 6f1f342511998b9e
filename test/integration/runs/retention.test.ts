import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRuns } from '../../../src/runs/list-runs.ts';
import { removeOldRuns } from '../../../src/runs/retention.ts';
import { createRun, markTaken } from '../../../src/runs/run-store.ts';
import { runsFolder } from '../../../src/runs/runs-folder.ts';
import { processIdentity } from '../../../src/system/claim.ts';
import { writeOnce } from '../../../src/system/write-once.ts';
import { aBrief } from '../../rig/a-run.ts';
import { runs } from '../../rig/runs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-retention-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NOW = 10_000;
const KB = 1024;
let count = 0;

interface Made {
  readonly task: string;
  /** When it was recorded; null: it was not. */
  readonly takenAt: number | null;
  readonly kilobytes: number;
  readonly isCheck?: boolean;
  readonly isAlive?: boolean;
}

/** A run folder of a given size. @returns its id */
function make({ task, takenAt, kilobytes, isCheck = false, isAlive = false }: Made): string {
  const runId = `${task}-1-task-${String(++count).padStart(8, '0')}`;
  const check = { entries: [task], command: 'true', commit: '1'.repeat(40), key: 'k' };
  const brief = aBrief(root, { runId, taskId: task, createdAt: count, ...(isCheck ? { check } : {}) } as never);
  const folder = createRun(root, brief, '');
  writeFileSync(join(folder, 'output.log'), Buffer.alloc(kilobytes * KB));
  if (takenAt !== null) markTaken(folder, { at: takenAt, commit: null, why: '' });
  if (isAlive) writeOnce(join(folder, 'run.json'), { ...processIdentity(process.pid), claimedAt: 2 });
  return runId;
}

const left = (): string[] => [
  ...readdirSync(runsFolder(root)),
  ...(existsSync(runsFolder(root, 'checks')) ? readdirSync(runsFolder(root, 'checks')) : []),
];
const NOBODY: ReadonlySet<string> = new Set();

describe('old run folders', () => {
  it('go after their time; none that is not recorded, or whose entry is needed', async () => {
    const old = make({ task: 'T-1', takenAt: 100, kilobytes: 1 });
    const needed = make({ task: 'T-2', takenAt: 100, kilobytes: 1 });
    const fresh = make({ task: 'T-1', takenAt: 9_900, kilobytes: 1 });
    const open = make({ task: 'T-1', takenAt: null, kilobytes: 1 });
    const keep = { runs: 1_000, size: null };
    expect(await removeOldRuns(root, keep, new Set(['T-2']), NOW)).toEqual([old]);
    expect(new Set(left())).toEqual(new Set([needed, fresh, open]));
    expect(await removeOldRuns(root, { runs: null, size: null }, NOBODY, NOW)).toEqual([]);
    expect(await removeOldRuns(root, keep, NOBODY, NOW)).toEqual([needed]);
  });

  it('go by size, the oldest first, until all fit; what must stay counts, too', async () => {
    make({ task: 'T-9', takenAt: null, kilobytes: 500 });
    const [second, first, third] = [300, 200, 400].map((takenAt) => make({ task: 'T-1', takenAt, kilobytes: 300 }));
    expect(await removeOldRuns(root, { runs: null, size: 1_200 * KB }, NOBODY, NOW)).toEqual([first]);
    expect(await removeOldRuns(root, { runs: null, size: 100 * KB }, NOBODY, NOW)).toEqual([second, third]);
    expect(listRuns(root).runs.map(({ brief }) => brief.taskId)).toEqual(['T-9']);
  });

  it('of checks stay while `kanban queue` shows their logs', async () => {
    const checks = Array.from({ length: 22 }, () => make({ task: 'T-1', takenAt: 1, kilobytes: 1, isCheck: true }));
    expect(await removeOldRuns(root, { runs: 0, size: 0 }, NOBODY, NOW)).toEqual(checks.slice(0, 2));
  });

  it('I8: what stands in the way of one goes, and keeps no other', async () => {
    const [one, two] = [
      make({ task: 'T-1', takenAt: 1, kilobytes: 1 }),
      make({ task: 'T-1', takenAt: 2, kilobytes: 1 }),
    ];
    const aside = (name: string): string => join(runsFolder(root), `.aside-${name}`);
    mkdirSync(join(aside(one), 'deep'), { recursive: true });
    writeFileSync(join(aside(one), 'deep', 'file'), '');
    mkdirSync(aside('half-made'));
    utimesSync(aside('half-made'), 1, 1);
    expect(await removeOldRuns(root, { runs: 0, size: null }, NOBODY, Date.now())).toEqual([one, two]);
    expect(left()).toEqual([]);
  });

  it('never go while their entry is needed, they are on, or not recorded, whatever the limits are', async () => {
    const made = fc.record({
      task: fc.constantFrom('T-1', 'T-2', 'T-3'),
      takenAt: fc.option(fc.nat(NOW), { nil: null }),
      kilobytes: fc.nat(40),
      isAlive: fc.boolean(),
    });
    const limit = fc.option(fc.nat(NOW), { nil: null });
    const needed = fc.uniqueArray(fc.constantFrom('T-1', 'T-2', 'T-3'));
    await fc.assert(
      fc.asyncProperty(fc.array(made, { maxLength: 12 }), limit, limit, needed, async (all, age, size, ids) => {
        rmSync(join(root, '.kanban'), { recursive: true, force: true });
        const byId = new Map(all.map((one) => [make(one), one]));
        const keep = { runs: age, size: size === null ? null : size * 50 };
        const removed = new Set(await removeOldRuns(root, keep, new Set(ids), NOW));
        const there = new Set(listRuns(root).runs.map(({ runId }) => runId));
        for (const [id, { task, takenAt, isAlive }] of byId) {
          expect(there.has(id)).toBe(!removed.has(id));
          if (ids.includes(task) || isAlive || takenAt === null) expect(there).toContain(id);
        }
      }),
      { numRuns: runs(30) },
    );
  });
});
