// landing-round.mjs BUNDLE REPO BATCHES SIZE: lands batches of tasks by the product's own code, as the merge queue does
// it with push on; prints JSON: ms of each batch, and of its parts. The repository is one of synthetic-repo.mjs.
const [, , bundle, root, batchesText, sizeText] = process.argv;
const product = await import(bundle);

const board = 'board';
const changelog = 'CHANGELOG.md';
const baseRef = 'refs/heads/main';
const options = { ids: ['T'], boardPath: board, memo: product.createSectionMemo() };
const columns = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'];
const size = Number(sizeText);

const results = [];
const repo = valueOf(await product.openRepository(root));
// A coordinator has read the board long before anything can land.
const texts = await textsOf(await product.resolve(repo, baseRef));
without(texts)(['T-1']);
for (let batch = 0; batch < Number(batchesText); batch++) {
  const begin = performance.now();
  const parts = await land(Array.from({ length: size }, (_, index) => `T-${batch * size + index + 1}`));
  results.push({ ms: performance.now() - begin, parts });
}
product.closeRepository(repo);
console.log(JSON.stringify(results));

/** One batch: precheck, chain, push, checkout and base, branches. @returns ms of each part */
async function land(ids) {
  const parts = {};
  const part = async (name, work) => {
    const begin = performance.now();
    const value = await work();
    parts[name] = performance.now() - begin;
    return value;
  };
  const base = await product.resolve(repo, baseRef);
  const tips = await Promise.all(ids.map((id) => product.resolve(repo, `refs/heads/${id}`)));
  const starts = await Promise.all(ids.map((id) => product.resolve(repo, `refs/kanban/start/${id}`)));
  const own = { board, changelog };
  const checked = await part('precheck', () => product.precheck(repo, base, tips, own));
  if (!checked.every(({ clean }) => clean)) throw new Error('a branch does not merge');
  const texts = await textsOf(base);
  const chain = await part('chain', () =>
    product.buildChain(repo, {
      base,
      ...own,
      boardFiles: without(texts),
      items: ids.map((id, at) => item(id, tips[at])),
    }),
  );
  if (!chain.ok || chain.left.length > 0) throw new Error(`the chain was not built: ${JSON.stringify(chain)}`);
  const { sha } = chain.landings.at(-1);
  const checkout = { path: repo.root, gitDir: repo.gitDir };
  const landing = { baseRef, oldBase: base, landings: chain.landings, ...own, checkout, extraRefs: [] };
  const obstacle = await part('can the checkout follow', () => product.checkoutObstacle(repo, landing));
  if (obstacle !== null) throw new Error(JSON.stringify(obstacle));
  const pushed = await part('push', () =>
    product.pushFastForward(repo, { remote: 'origin', sha, branch: 'main', from: base, timeout: 60_000 }),
  );
  if (pushed.kind !== 'done') throw new Error(JSON.stringify(pushed));
  const landed = await part('base and checkout, audit', () => product.landChain(repo, landing));
  if (!landed.ok || landed.audit.length > 0) throw new Error(JSON.stringify(landed));
  const gone = ids.flatMap((id, at) => [
    { ref: `refs/heads/${id}`, to: null, from: tips[at] },
    { ref: `refs/kanban/start/${id}`, to: null, from: starts[at] },
  ]);
  const removed = await part('branches', () => product.updateRefs(repo, gone));
  if (!removed.ok) throw new Error(removed.message);
  return parts;
}

function item(id, tip) {
  return {
    id,
    tip,
    insert: (text) => product.insertChangelogLine(text, { section: 'Changed', line: `- Task ${id} (${id})` }),
    message: product.formatMessage({
      subject: `${id}: Task ${id}`,
      body: 'The task agent: did its part.\nThe reviewer: ready.\nThe tester: passed.',
      trailers: [
        { key: 'Kanban-Move', value: `${id} TESTING -> CHANGELOG` },
        { key: 'Kanban-Reviewed', value: `${id} ${tip}` },
        { key: 'Kanban-Tested', value: `${id} ${tip}` },
        { key: 'Kanban-Agent', value: `${id} task=shell reviewer=shell tester=shell` },
      ],
    }),
  };
}

async function textsOf(base) {
  const blobs = await Promise.all(columns.map((column) => product.readBlob(repo, base, `${board}/${column}.md`)));
  return Object.fromEntries(columns.map((column, at) => [column, blobs[at]?.toString() ?? null]));
}

/** The board without these entries, each taken out of what the one before left, by the product's own edit. */
function without(texts) {
  const { entries } = product.parseBoard(texts, options).columns.TESTING;
  const keys = new Map(entries.map(({ id, key }) => [id, key]));
  let now = texts;
  return (ids) => {
    const edited = product.applyEdits(now, [{ type: 'remove', key: keys.get(ids.at(-1)), column: 'TESTING' }], options);
    if (!edited.ok) throw new Error(edited.problem.message);
    now = edited.texts;
    return new Map([[`${board}/TESTING.md`, Buffer.from(now.TESTING)]]);
  };
}

function valueOf(result) {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
