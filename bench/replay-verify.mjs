// What must hold after a replay: a bench that measured half the work would lie.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OWN = /\t(?:board\/|prompts\/|WORKFLOW\.md$|CHANGELOG\.md$|\.gitignore$|\.gitattributes$)/;

export function verifyPlain(place, folder, repo) {
  same(
    'tree of plain git',
    place.git(repo, 'ls-tree', '-r', 'main'),
    readFileSync(join(folder, 'expected.txt'), 'utf8'),
  );
  nothingLeft(place, repo);
}

/** Base's tree, one landing an entry, its line in the CHANGELOG, an empty board, no worktree or branch left. */
export function verifyKanban(place, folder, repo, entries) {
  const tree = place
    .git(repo, 'ls-tree', '-r', 'main')
    .split('\n')
    .filter((line) => !OWN.test(line))
    .join('\n');
  const expected = readFileSync(join(folder, 'expected.txt'), 'utf8')
    .split('\n')
    .filter((line) => !OWN.test(line))
    .join('\n');
  same('tree of base', tree, expected);
  const ids = Array.from({ length: entries }, (_, index) => `R-${index + 1}`).toSorted();
  const trailers = place
    .git(repo, 'log', '--first-parent', '--format=%(trailers:key=Kanban-Move,valueonly)', 'main')
    .split('\n');
  const landed = trailers.flatMap((line) => /^(\S+) TESTING -> CHANGELOG$/.exec(line)?.[1] ?? []);
  same('landings', landed.toSorted().join(' '), ids.join(' '));
  const changelog = readFileSync(join(repo, 'CHANGELOG.md'), 'utf8');
  same(
    'CHANGELOG lines',
    [...changelog.matchAll(/^- .*\((R-\d+)\)$/gm)]
      .map(([, id]) => id)
      .toSorted()
      .join(' '),
    ids.join(' '),
  );
  for (const column of ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'])
    same(column, /^## .*/m.exec(readFileSync(join(repo, 'board', `${column}.md`), 'utf8'))?.[0] ?? '', '');
  same('uncommitted', place.git(repo, 'status', '--porcelain'), '');
  nothingLeft(place, repo);
}

function nothingLeft(place, repo) {
  same('worktrees', place.git(repo, 'worktree', 'list', '--porcelain').match(/^worktree /gm)?.length, 1);
  same(
    'branches',
    place.git(repo, 'for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/kanban/start'),
    'refs/heads/main\n',
  );
}

function same(what, found, expected) {
  if (found !== expected)
    throw new Error(
      `${what}: not what it must be\nfound:\n${String(found).slice(0, 2000)}\nexpected:\n${String(expected).slice(0, 2000)}`,
    );
}
