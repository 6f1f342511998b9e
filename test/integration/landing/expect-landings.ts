import { expect } from 'vitest';
import { entriesIn, landingsSince } from './chain-rig.ts';
import type { Rig } from './rig.ts';

/** Every commit since `old` is the landing of one of these, in order, with its board and CHANGELOG (I4). */
export function expectLandings(rig: Rig, old: string, ids: readonly string[]): void {
  const commits = landingsSince(rig, old);
  expect(commits).toHaveLength(ids.length);
  const entries = entriesIn(rig.git('show', `${old}:board/TESTING.md`));
  commits.forEach((sha, at) => {
    const landed = ids.slice(0, at + 1);
    const id = ids[at] ?? '';
    expect(rig.git('show', '-s', '--format=%P %s', sha)).toBe(
      `${commits[at - 1] ?? old} ${rig.sha(id)} ${id}: Task ${id}`,
    );
    expect(entriesIn(rig.git('show', `${sha}:board/TESTING.md`))).toEqual(
      entries.filter((entry) => !landed.includes(entry)),
    );
    const bullets = [...rig.git('show', `${sha}:CHANGELOG.md`).matchAll(/^- Landed (T-\d+)/gm)].map(([, one]) => one);
    expect(bullets.toSorted()).toEqual(landed.toSorted());
  });
}
