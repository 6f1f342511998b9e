import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/board/entry.ts';
import type { EntryFacts, World } from '../../../../src/pipeline/world.ts';
import { acts, branch, ended, entry, facts, history, said, settings, world } from '../build-world.ts';

/** A tester's pass on T-1, and whether the move that takes it in may be the landing at once. */
function landsAtOnce(on: Partial<Entry> = {}, at: Partial<EntryFacts> = {}, in_: Partial<World> = {}): boolean {
  const passed = ended('T-1', { cause: 'reported', tip: 'tip1' }, said('passed'), { role: 'tester' });
  const of = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', ...on }), at);
  const move = acts(world([of], { runs: [passed], ...in_ })).find(({ type }) => type === 'land-tested');
  return move?.type === 'land-tested' && move.candidate.tip === 'tip1';
}

describe('a passed test lands in the commit that takes it in (I5)', () => {
  it('where nothing stands in the way', () => expect(landsAtOnce()).toBe(true));

  it.each<[string, () => boolean]>([
    ['[APPROVE] stands on it', () => landsAtOnce({ tags: ['APPROVE'] })],
    ['[PAUSED] stands on it', () => landsAtOnce({ tags: ['PAUSED'] })],
    ['its landing is to be approved', () => landsAtOnce({}, {}, { settings: settings({ approve: 'land' }) })],
    ['the entry itself asks for approval', () => landsAtOnce({ approve: 'land' })],
    ['nobody vouched for it', () => landsAtOnce({ reviewed: null })],
    ['`reviewed` is forged', () => landsAtOnce({}, {}, { history: history({ reviewed: new Set() }) })],
    ['the branch has moved on', () => landsAtOnce({}, { branch: branch({ tip: 'tip2' }) })],
    ['its worktree is on something else', () => landsAtOnce({}, { branch: branch({ attached: false }) })],
    ['landings are held', () => landsAtOnce({}, {}, { landingsHeld: 'the remote is away' })],
    ['preflight stops all', () => landsAtOnce({}, {}, { stops: ['no disk'] })],
    ['runs are being stopped', () => landsAtOnce({}, {}, { mode: 'stop' })],
    ['only others are asked for', () => landsAtOnce({}, {}, { only: new Set(['T-9']) })],
  ])('not where %s', (_, lands) => expect(lands()).toBe(false));
});
