// The replay's work: releases of a package, one entry for each file that a release changed.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticReleases } from './synthetic.mjs';

/**
 * Builds in `out`: `repo` (the oldest release, one commit), `patches` (one an entry), `TODO.md` (each entry's sh block
 * applies its patch and depends on the last entry of the same file) and `expected.txt`, what base must hold in the end.
 * @returns {{ name: string, entries: number, chains: number, releases: number }}
 */
export function buildWork(place, out, { package: name, versions }) {
  const history = join(out, 'history');
  for (const folder of ['patches', 'history', 'repo']) mkdirSync(join(out, folder), { recursive: true });
  place.git(history, 'init', '-q');
  const commits = [];
  for (const release of name === undefined
    ? syntheticReleases(versions)
    : publishedReleases(place, join(out, 'packs'), name, versions)) {
    for (const file of readdirSync(history)) if (file !== '.git') rmSync(join(history, file), { recursive: true });
    release.write(history);
    place.git(history, 'add', '-A', '-f');
    place.git(history, 'commit', '-q', '--allow-empty', '-m', release.version);
    commits.push({ version: release.version, sha: place.git(history, 'rev-parse', 'HEAD').trim() });
  }
  const label = name ?? 'synthetic';
  const made = writeEntries(place, out, label, commits);
  startRepository(place, out, `${label} ${commits[0].version}`, commits[0].sha);
  writeFileSync(join(out, 'expected.txt'), place.git(history, 'ls-tree', '-r', 'HEAD'));
  rmSync(history, { recursive: true });
  return { name: label, ...made, releases: commits.length };
}

function writeEntries(place, out, label, commits) {
  const history = join(out, 'history');
  const last = new Map();
  const todo = ['# TODO', ''];
  let entries = 0;
  for (const [index, { version, sha }] of commits.entries()) {
    if (index === 0) continue;
    const range = [commits[index - 1].sha, sha];
    for (const file of place
      .git(history, 'diff', '--name-only', '--no-renames', '-z', ...range)
      .split('\0')
      .filter(Boolean)) {
      const id = `R-${++entries}`;
      const patch = execFileSync('git', ['diff', '--binary', '--full-index', '--no-renames', ...range, '--', file], {
        cwd: history,
        env: place.env,
      });
      writeFileSync(join(out, 'patches', `${id}.patch`), patch);
      todo.push(
        `## ${id}: ${label} ${version}: ${file}`,
        '',
        ...(last.has(file) ? [`- depends: ${last.get(file)}`, ''] : []),
      );
      todo.push('```sh', `git apply --index --whitespace=nowarn "$KANBAN_ROOT/../patches/${id}.patch"`, '```', '');
      last.set(file, id);
    }
  }
  writeFileSync(join(out, 'TODO.md'), todo.join('\n'));
  return { entries, chains: last.size };
}

function startRepository(place, out, subject, sha) {
  const repo = join(out, 'repo');
  place.git(repo, 'init', '-q');
  place.git(repo, 'fetch', '-q', join(out, 'history'), sha);
  const commit = place.git(repo, 'commit-tree', `${sha}^{tree}`, '-m', subject).trim();
  place.git(repo, 'reset', '-q', '--hard', commit);
  rmSync(join(repo, '.git', 'FETCH_HEAD'), { force: true });
  place.git(repo, 'prune');
}

/** The last stable releases of an npm package, fetched by npm. */
function* publishedReleases(place, packs, name, versions) {
  mkdirSync(packs, { recursive: true });
  const npm = (...args) =>
    execFileSync('npm', [...args, '--silent'], { cwd: packs, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  const stable = JSON.parse(npm('view', name, 'versions', '--json')).filter((version) =>
    /^\d+\.\d+\.\d+$/.test(version),
  );
  for (const version of stable.slice(-versions)) {
    const packed = npm('pack', `${name}@${version}`, '--pack-destination', '.').trim().split('\n').at(-1);
    rmSync(join(packs, 'package'), { recursive: true, force: true });
    execFileSync('tar', ['xzf', packed], { cwd: packs });
    yield { version, write: (folder) => cpSync(join(packs, 'package'), folder, { recursive: true }) };
  }
  rmSync(packs, { recursive: true });
}
