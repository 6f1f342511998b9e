import { describe, expect, it } from 'vitest';
import { diffFiles, shownDiff } from '../../../src/report/diff-files.ts';

describe('files of a diff', () => {
  it('are read with counts, renames and binary files, whatever their names are', () => {
    const parts = ['3\t1\ta b.txt', '-\t-\timage.png', '0\t2\t', 'old\tname.txt', 'new\nname.txt', '1\t0\tlast', ''];
    expect(diffFiles(parts.join('\0'))).toEqual([
      { path: 'a b.txt', from: null, added: 3, removed: 1 },
      { path: 'image.png', from: null, added: null, removed: null },
      { path: 'new\nname.txt', from: 'old\tname.txt', added: 0, removed: 2 },
      { path: 'last', from: null, added: 1, removed: 0 },
    ]);
    expect(diffFiles('')).toEqual([]);
  });

  it('reach a terminal without what would steer it', () => {
    const diff = 'diff --git a/x b/x\n@@ -1 +1,2 @@\n-old\r\n+\u001b[2Jnew\u202e\u2028\n same\n';
    expect(shownDiff(diff, false)).toBe('diff --git a/x b/x\n@@ -1 +1,2 @@\n-old\n+new \n same\n');
    expect(shownDiff(diff, true)).toContain('\u001b[32m+new \u001b[39m\n');
    expect(shownDiff(diff, true)).toContain('\u001b[31m-old\u001b[39m\n');
  });
});
