import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { idsOf, land, makeChainRig, makePlainTasks } from './chain-rig.ts';
import type { Rig } from './rig.ts';

/** Long form: `npm run prove -- readers`. */
const LANDINGS = Number(process.env['KANBAN_LANDINGS'] ?? 20);

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

describe('I11: a reader of board files and CHANGELOG.md while tasks land', () => {
  it('never finds one missing or empty', async () => {
    rig = await makeChainRig(LANDINGS, { changelog: '# Changelog\n\n## [Unreleased]\n' });
    const ids = idsOf(LANDINGS);
    makePlainTasks(rig, ids);
    const until = new SharedArrayBuffer(4);
    const paths = ['board/TODO.md', 'board/TESTING.md', 'CHANGELOG.md'].map((path) => `${rig.root}/${path}`);
    const reader = new Worker(new URL('../../prove/reader.cjs', import.meta.url), { workerData: { paths, until } });
    const counted = once(reader, 'message') as Promise<[{ reads: number; misses: number; empty: number }]>;
    await once(reader, 'online');
    for (const id of ids) expect((await land(rig, [id])).landed).toMatchObject({ ok: true, audit: [] });
    Atomics.store(new Int32Array(until), 0, 1);
    const [{ reads, misses, empty }] = await counted;
    if (LANDINGS > 20)
      process.stdout.write(`readers: ${LANDINGS} landings, ${reads} reads, ${misses} missing, ${empty} empty\n`);
    expect({ misses, empty }).toEqual({ misses: 0, empty: 0 });
    expect(reads).toBeGreaterThan(LANDINGS * 10);
    expect(rig.git('status', '--porcelain')).toBe('');
  });
});
