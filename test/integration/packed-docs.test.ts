import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** `## Adopt a TODO list` is `adopt-a-todo-list`. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

it('every link of a page in the package leads to a file in the package, and to a heading that is there', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(packed) as [{ files: readonly { path: string }[] }];
  const paths = new Set(files.map(({ path }) => path));
  // CONTRIBUTING and the pages for developers are in the repository only.
  expect([...paths].filter((path) => /CONTRIBUTING|decisions|architecture|invariants|performance/.test(path))).toEqual(
    [],
  );
  const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const pages = [...paths].filter((path) => /^(?:README|docs\/[^/]+)\.?m?d?$/.test(path) && path.endsWith('.md'));
  expect(pages.length).toBeGreaterThan(15);
  const broken = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([, to = '', anchor]) => {
      const target = to === '' ? page : posix.join(posix.dirname(page), to);
      if (!paths.has(target)) return [`${page} → ${target}`];
      if (anchor === undefined || !target.endsWith('.md')) return [];
      const anchors = [...text(target).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
      return anchors.includes(anchor) ? [] : [`${page} → ${target}#${anchor}`];
    }),
  );
  expect(broken).toEqual([]);
});
