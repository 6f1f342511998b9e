import { describe, expect, it } from 'vitest';
import { VersionList } from '../../../src/board/saves/version-list.ts';

const version = (text: string, at: number, isLoose?: boolean) => ({
  ...{ text, at, by: 'user' as const },
  ...(isLoose === undefined ? {} : { isLoose }),
});

describe('the versions of a file', () => {
  it('one that no commit has is as good as any once a commit, or git by another way, has it', () => {
    const versions = new VersionList();
    versions.push('TODO', version('one', 1, true));
    versions.push('TODO', version('one', 2));
    expect(versions.of('TODO')).toEqual([version('one', 1, false)]);
    versions.push('TODO', version('two', 3, true));
    versions.kept('TODO', 'two');
    expect(versions.of('TODO').map(({ isLoose }) => isLoose)).toEqual([false, false]);
  });

  it('are forgotten with time, but for the one that was current then', () => {
    const versions = new VersionList();
    for (const [index, text] of ['T-1', 'T-2', 'T-3'].entries()) versions.push('TODO', version(`## ${text}: x`, index));
    versions.forget(2);
    expect(versions.of('TODO').map(({ at }) => at)).toEqual([1, 2]);
    expect(versions.newest('TODO')).toBe('## T-3: x');
  });

  it('tell every number that they have had', () => {
    const versions = new VersionList();
    versions.push('TODO', version('## T-1: x', 1));
    expect([...versions.ids()]).toEqual(['T-1']);
    versions.push('TODO', version('- [ ] T-2', 2));
    versions.recall('TODO', [version('## T-9: x', 0)]);
    expect([...versions.ids()].sort()).toEqual(['T-1', 'T-2', 'T-9']);
  });

  it('are no more than 200', () => {
    const versions = new VersionList();
    for (let n = 0; n <= 200; n++) versions.push('TODO', version(`text ${n}`, n));
    expect(versions.of('TODO')).toHaveLength(200);
    versions.again('TODO', 300);
    expect(versions.of('TODO').at(-1)).toMatchObject({ text: 'text 200', again: 300 });
  });
});
