import { beforeAll, describe, expect, it } from 'vitest';
import { audit, type Audited } from '../../../src/landing/audit.ts';
import { buildChain, landChain, type Built } from '../../../src/landing/chain.ts';
import { landingOf } from './deeds.ts';
import { makeRig, type Rig } from './rig.ts';

describe('the audit of a landing (I4, I5)', () => {
  let rig: Rig;
  let landed: Built;
  let other: string;

  beforeAll(async () => {
    rig = await makeRig();
    other = rig.sha('main');
    const landing = landingOf(rig);
    const { oldBase: base, board, changelog, boardFiles } = landing;
    const chain = await buildChain(rig.repo, {
      base,
      board,
      changelog,
      items: [landing],
      boardFiles: () => boardFiles,
    });
    if (!chain.ok) throw new Error(chain.held);
    expect(await landChain(rig.repo, { ...landing, landings: chain.landings })).toMatchObject({ ok: true, audit: [] });
    landed = chain.landings[0]!;
  });

  const found = (change: Partial<Built>, own: Partial<Audited> = {}): Promise<string[]> =>
    audit(rig.repo, {
      baseRef: 'refs/heads/main',
      board: 'board',
      changelog: 'CHANGELOG.md',
      landings: [{ ...landed, ...change }],
      ...own,
    });

  it('has nothing to say of a sound one', async () => {
    expect(await found({})).toEqual([]);
  });

  it('names a commit that is not on base, another tip, another parent, another tree', async () => {
    expect(await found({}, { baseRef: 'refs/kanban/start/T-9' })).toEqual([
      expect.stringContaining('does not contain the landing'),
    ]);
    expect((await found({ tip: other })).join('\n')).toContain('has the parents');
    expect((await found({ parent: landed.tip })).join('\n')).toContain('has the parents');
    expect((await found({ tree: other })).join('\n')).toContain('does not hold the tree that was built');
  });

  it("names a file that the branch did not change, and a change of the branch's that is missing", async () => {
    const [first] = landed.changes.filter(({ path }) => path.startsWith('src/'));
    const extra = { path: 'src/stranger.txt', before: null, after: first!.after ?? first!.before };
    expect(await found({ changes: [...landed.changes, extra] })).toEqual([
      'src/stranger.txt changed, but the branch did not change it',
    ]);
    expect(await found({ changes: landed.changes.filter(({ path }) => path !== first!.path) })).toEqual([
      `the branch's change of ${first!.path} is not in the landing`,
    ]);
  });
});
