import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FIRST_PORT, PORTS_PER_RUN } from '../../../src/system/environment.ts';
import { CHECK_PLACES, freeSlot } from '../../../src/system/ports.ts';

describe('the ports of a run', () => {
  it('are those of a place that no run has and where nothing listens', () => {
    const first = freeSlot(new Set(), undefined, new Set());
    expect(freeSlot(new Set([first]), undefined, new Set())).not.toBe(first);
    const inUse = FIRST_PORT + first * PORTS_PER_RUN + 3;
    expect(freeSlot(new Set(), undefined, new Set([inUse]))).not.toBe(first);
    const all = new Set(Array.from({ length: 12_000 }, (_, n) => FIRST_PORT + n));
    expect(freeSlot(new Set(), undefined, all)).toBe(first);
  });

  it('are looked up in the system', async () => {
    const slot = freeSlot(new Set(), CHECK_PLACES);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(FIRST_PORT + slot * PORTS_PER_RUN, '127.0.0.1', resolve));
    expect((server.address() as AddressInfo).port).toBe(FIRST_PORT + slot * PORTS_PER_RUN);
    const next = freeSlot(new Set(), CHECK_PLACES);
    await new Promise((resolve) => server.close(resolve));
    if (process.platform === 'linux') expect(next).not.toBe(slot);
    expect(next).toBeGreaterThanOrEqual(CHECK_PLACES.first);
  });
});
