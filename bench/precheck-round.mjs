// precheck-round.mjs BUNDLE REPO BRANCHES: one round of the precheck bench, printed as JSON (times in ms).
const [, , bundle, root, count] = process.argv;
const { openRepository, closeRepository, precheck, resolve } = await import(bundle);
const own = { board: 'board', changelog: 'CHANGELOG.md' };

const first = await open();
const base = await resolve(first, 'refs/heads/main');
const later = await resolve(first, 'refs/heads/later');
const tips = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => resolve(first, `refs/heads/T-${index + 1}`)),
);
const times = { first: await timed(first, base) };
// V8 knows the code by now; the repository is a new one to all that is remembered.
for (let warm = 0; warm < 3; warm++) await timed(await open(), base);
const repo = await open();
times.cold = await timed(repo, base);
times.moved = await timed(repo, later);
times.again = await timed(repo, later);
closeRepository(repo);
console.log(JSON.stringify(times));

async function open() {
  const opened = await openRepository(root);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

async function timed(repo, onto) {
  const begin = performance.now();
  const checked = await precheck(repo, onto, tips, own);
  const ms = performance.now() - begin;
  if (checked.length !== tips.length || !checked.every(({ clean }) => clean))
    throw new Error('a branch does not merge');
  if (repo !== first) return ms;
  closeRepository(repo);
  return ms;
}
