import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRun, linkLost, markTaken, removeHalfRemoved, requestStop } from '../../../src/runs/run-store.ts';
import { listRuns } from '../../../src/runs/list-runs.ts';
import { newRunId, runsFolder } from '../../../src/runs/runs-folder.ts';
import type { RunRecord } from '../../../src/runs/list-runs.ts';
import { processIdentity } from '../../../src/system/claim.ts';
import { writeOnce } from '../../../src/system/write-once.ts';
import { aBrief, aResult } from '../../rig/a-run.ts';
import { until } from '../../rig/waiting.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-runs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const create = (createdAt = 1): { runId: string; folder: string } => {
  const brief = aBrief(root, { createdAt });
  return { runId: brief.runId, folder: createRun(root, brief, 'do it\n') };
};

const only = (): RunRecord => {
  const { runs, problems } = listRuns(root);
  expect(problems).toEqual([]);
  expect(runs).toHaveLength(1);
  return runs[0]!;
};

const claimAs = (folder: string, pid: number): void =>
  void writeOnce(join(folder, 'run.json'), { ...processIdentity(pid), claimedAt: 2 });

describe('a run folder', () => {
  it('appears whole, private, with brief, prompt and further files', () => {
    const brief = aBrief(root);
    const folder = createRun(root, brief, 'do it\n', { 'findings.md': 'found\n' });
    expect(JSON.parse(readFileSync(join(folder, 'brief.json'), 'utf8'))).toEqual(brief);
    expect(readFileSync(join(folder, 'prompt.md'), 'utf8')).toBe('do it\n');
    expect(readFileSync(join(folder, 'findings.md'), 'utf8')).toBe('found\n');
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(readdirSync(runsFolder(root))).toEqual([brief.runId]);
  });

  it('is never used twice (I3)', () => {
    const brief = aBrief(root);
    createRun(root, brief, '');
    expect(() => createRun(root, brief, '')).toThrow(/used before/);
    expect(new Set(Array.from({ length: 100 }, () => newRunId('T-1', 1, 'task'))).size).toBe(100);
    expect(newRunId('T-12', 3, 'reviewer')).toMatch(/^T-12-3-reviewer-[0-9a-f]{8}$/);
  });

  it('one that was left half made by a kill is not seen, and pruned', () => {
    const { folder } = create();
    const aside = join(runsFolder(root), '.aside-T-9-1-task-00000000');
    writeFileSync(aside, '');
    utimesSync(aside, 1, 1);
    expect(only().folder).toBe(folder);
    removeHalfRemoved(root, 'runs', Date.now());
    expect(existsSync(aside)).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });
});

describe('listRuns', () => {
  it('follows a run from unclaimed to recorded, with every file read as soon as it is there', () => {
    const { folder } = create();
    expect(only()).toMatchObject({ state: 'unclaimed', claim: null, result: null, taken: null });
    claimAs(folder, process.pid);
    expect(only()).toMatchObject({ state: 'alive', claim: { pid: process.pid } });
    requestStopOfOther(folder);
    expect(only().stop).toMatchObject({ cause: 'stopped', detail: 'the user stopped it' });
    writeOnce(join(folder, 'cause.json'), { cause: 'stopped', detail: 'x', at: 1 });
    expect(only().cause).toMatchObject({ cause: 'stopped' });
    expect(only().reportText()).toBeNull();
    writeFileSync(join(folder, 'report.md'), 'report\n');
    expect(only().reportText()).toBe('report\n');
    writeOnce(join(folder, 'result.json'), aResult(only().runId));
    expect(only()).toMatchObject({ state: 'ended', result: { cause: 'reported' }, taken: null });
    expect(markTaken(folder, { at: 5, commit: 'abc', why: 'taken in' })).toBe(true);
    expect(markTaken(folder, { at: 6, commit: 'def', why: 'again' })).toBe(false);
    expect(only().taken).toEqual({ at: 5, commit: 'abc', why: 'taken in' });
  });

  it('knows a dead runner from a living one, at every look', async () => {
    const { folder } = create();
    const child = spawn('sleep', ['300']);
    await until(() => child.pid !== undefined);
    claimAs(folder, child.pid!);
    utimesSync(folder, 1, 1);
    expect(only().state).toBe('alive');
    expect(only().state).toBe('alive');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(only().state).toBe('dead');
  });

  it('a claim of another host is not ours to judge', () => {
    const { folder } = create();
    writeOnce(join(folder, 'run.json'), { ...processIdentity(process.pid), host: 'elsewhere', claimedAt: 2 });
    expect(only().state).toBe('foreign');
  });

  it('does not read again what has been taken in', () => {
    const { folder, runId } = create();
    writeOnce(join(folder, 'result.json'), aResult(runId));
    markTaken(folder, { at: 5, commit: null, why: 'put aside' });
    const first = only();
    expect(only()).toBe(first);
    rmSync(folder, { recursive: true });
    expect(listRuns(root).runs).toEqual([]);
  });

  it('is in the order of the briefs, and empty where there is nothing', () => {
    expect(listRuns(root)).toEqual({ runs: [], problems: [] });
    const ids = [30, 10, 20].map((at) => create(at).runId);
    expect(listRuns(root).runs.map(({ runId }) => runId)).toEqual([ids[1], ids[2], ids[0]]);
  });

  it('names a folder without a brief as a problem, once .kanban was harmed', () => {
    const { folder } = create();
    writeFileSync(join(folder, 'brief.json'), '');
    expect(listRuns(root)).toMatchObject({ runs: [], problems: [{ code: 'unreadable-run' }] });
  });
});

/** Ours is the claiming process here; SIGUSR2 would end it without a listener. */
function requestStopOfOther(folder: string): void {
  const listener = (): void => {};
  process.on('SIGUSR2', listener);
  expect(requestStop(folder, { cause: 'stopped', detail: 'the user stopped it', at: 3 })).toBe('asked');
  process.off('SIGUSR2', listener);
}

describe('requestStop', () => {
  it('writes the cause down before it tells the runner; the first cause stands', async () => {
    const { folder } = create();
    const script = `process.on('SIGUSR2', () => { console.log(require('node:fs').readFileSync(process.argv[1] + '/stop.json', 'utf8')); process.exit(0); }); console.log('ready'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', script, folder]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said.includes('ready'));
    claimAs(folder, child.pid!);
    expect(requestStop(folder, { cause: 'stopped', detail: 'first', at: 3 })).toBe('asked');
    await until(() => child.exitCode !== null);
    expect(said).toContain('first');
    expect(requestStop(folder, { cause: 'timed-out', detail: 'second', at: 4 })).toBe('asked');
    expect(only().stop?.detail).toBe('first');
  });

  it('signals nobody when the pid was given out again, or the run was never claimed, or has ended', () => {
    const unclaimed = create();
    expect(requestStop(unclaimed.folder, { cause: 'stopped', detail: '', at: 3 })).toBe('asked');
    const reused = create();
    // This very process, but for the start time: a signal would end the test.
    writeOnce(join(reused.folder, 'run.json'), { ...processIdentity(process.pid), startTime: '1', claimedAt: 2 });
    expect(requestStop(reused.folder, { cause: 'stopped', detail: '', at: 3 })).toBe('asked');
    const done = create();
    claimAs(done.folder, process.pid);
    writeOnce(join(done.folder, 'result.json'), aResult(done.runId));
    expect(requestStop(done.folder, { cause: 'stopped', detail: '', at: 3 })).toBe('ended');
    expect(existsSync(join(done.folder, 'stop.json'))).toBe(false);
  });
});

describe('linkLost', () => {
  it('claims what no runner has claimed, and nothing else (I3)', () => {
    const { folder } = create();
    expect(linkLost(folder)).toBe(true);
    expect(linkLost(folder)).toBe(false);
    expect(only()).toMatchObject({ state: 'lost', claim: { lost: true } });
    rmSync(runsFolder(root), { recursive: true });
    const other = create();
    claimAs(other.folder, process.pid);
    expect(linkLost(other.folder)).toBe(false);
    expect(only().state).toBe('alive');
  });
});
