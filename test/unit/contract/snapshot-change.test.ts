import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot, SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { applyPatch, patchBetween } from '../../../src/contract/snapshot-change.ts';
import { runs } from '../../rig/runs.ts';

const entry = (key: string, title = key): SnapshotEntry => ({ key, id: key, title }) as unknown as SnapshotEntry;
const board = (entries: readonly SnapshotEntry[], mode = 'run', at = 0): Snapshot =>
  ({ version: 2, at, mode, entries }) as unknown as Snapshot;

describe('a change of the board', () => {
  it('is nothing where only the time is another one', () => {
    const list = [entry('T-1'), entry('T-2')];
    expect(patchBetween(board(list), board([...list.map((one) => ({ ...one }))], 'run', 7))).toBeNull();
  });

  it('has one entry where one title has changed, and little besides', () => {
    const list = Array.from({ length: 1000 }, (_, index) => entry(`T-${index}`));
    const now = list.with(500, entry('T-500', 'other'));
    expect(patchBetween(board(list), board(now))).toEqual({ entries: { 'T-500': now[500] } });
  });

  it('has the head alone where only that has changed', () => {
    const list = [entry('T-1')];
    const { entries: _, ...head } = board(list, 'stop');
    expect(patchBetween(board(list), board(list, 'stop'))).toEqual({ head });
  });

  it('names what has gone, and the order', () => {
    const [a, b, c] = [entry('a'), entry('b'), entry('c')];
    expect(patchBetween(board([a, b, c]), board([c, a]))).toEqual({ gone: ['b'], order: ['c', 'a'] });
  });

  it('cannot be applied to another snapshot', () => {
    expect(() => applyPatch(null, { gone: ['a'] })).toThrow(RangeError);
    expect(() => applyPatch(board([]), { order: ['a'] })).toThrow(RangeError);
  });

  it('leads from any snapshot to any other one, ids that are on the board twice included', () => {
    const entries = fc.array(
      fc.tuple(fc.constantFrom('T-1', 'T-2', 'T-3', 'T-4', '__proto__', '7'), fc.constantFrom('a', 'b')),
      { maxLength: 8 },
    );
    const any = fc.tuple(entries, fc.constantFrom('run', 'stop'));
    fc.assert(
      fc.property(fc.option(any, { nil: null }), any, (before, after) => {
        const [old, now] = [before, after].map((one) =>
          one === null
            ? null
            : board(
                one[0].map(([key, title]) => entry(key, title)),
                one[1],
              ),
        );
        const patch = patchBetween(old!, now!);
        const sent = JSON.parse(JSON.stringify(patch ?? {})) as NonNullable<typeof patch>;
        expect(patch === null ? old : applyPatch(old!, sent)).toEqual(now);
      }),
      { numRuns: runs(300) },
    );
  });
});
