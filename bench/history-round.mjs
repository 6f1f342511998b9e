// history-round.mjs BUNDLE SPAWNER REPO FIRST: lands tasks from T-FIRST on, one by one and in chains, by the product's own code,
// with what the coordinator reads of git around each landing; prints JSON (times in ms).
import { execFileSync } from 'node:child_process';

const [, , bundle, spawner, root, firstText] = process.argv;
const product = await import(bundle);
const SINGLES = 8;
const CHAINS = 3;
const LENGTH = 16;

const own = { board: 'board', changelog: 'CHANGELOG.md' };
const baseRef = 'refs/heads/main';
const opened = await product.openRepository(root);
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const repo = opened.value;
// As the coordinator does.
product.useSpawner(spawner);
const viewer = new product.GitViewer(repo);
const history = new product.HistoryReader(repo);
let next = Number(firstText);

const { base } = await viewer.view('main');
const times = { start: await timed(() => history.follow(base, 'main')), single: [], chain: [] };
// A coordinator soon has a quiet moment, in which V8 gives back what the reading took.
globalThis.gc();
times.memory = process.memoryUsage().rss / 1e6;
await land(LENGTH);
await land(1);
for (let index = 0; index < SINGLES; index++) times.single.push(await timed(() => land(1)));
for (let index = 0; index < CHAINS; index++) times.chain.push((await timed(() => land(LENGTH))) / LENGTH);
execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'by hand'], { cwd: root });
await viewer.list();
times.byHand = await timed(async () => {
  const view = await viewer.view('main');
  if ((await history.follow(view.base, 'main')) !== 'moved') throw new Error('base has not moved');
});
times.landed = history.history.landed.size;
product.closeRepository(repo);
product.useSpawner(null);
console.log(JSON.stringify(times));

/** A tick's look, the chain, base and checkout, and the branches. */
async function land(length) {
  const ids = Array.from({ length }, () => `T-${next++}`);
  const view = await viewer.view(
    'main',
    ids.flatMap((id) => [`refs/heads/${id}`, `refs/kanban/start/${id}`]),
  );
  if ((await history.follow(view.base, 'main')) !== 'same') throw new Error('base is not where it was left');
  const tips = ids.map((id) => view.refs.get(`refs/heads/${id}`));
  const starts = ids.map((id) => view.refs.get(`refs/kanban/start/${id}`));
  const messages = ids.map((id, at) => messageOf(id, tips[at]));
  const chain = await product.buildChain(repo, {
    base: view.base,
    ...own,
    boardFiles: (landed) => new Map([['board/TESTING.md', Buffer.from(`# TESTING\n\nwithout ${landed.at(-1)}\n`)]]),
    items: ids.map((id, at) => ({
      id,
      tip: tips[at],
      insert: (text) => product.insertChangelogLine(text, { section: 'Changed', line: `- Task ${id} (${id})` }),
      message: messages[at].text,
    })),
  });
  if (!chain.ok || chain.left.length > 0) throw new Error(`the chain was not built: ${JSON.stringify(chain)}`);
  const checkout = { path: repo.root, gitDir: repo.gitDir };
  const landing = { baseRef, oldBase: view.base, landings: chain.landings, ...own, checkout };
  const landed = await product.landChain(repo, { ...landing, extraRefs: [{ ref: 'refs/kanban/seen' }] });
  if (!landed.ok || landed.audit.length > 0) throw new Error(JSON.stringify(landed));
  for (const [at, { sha }] of chain.landings.entries()) {
    history.own({ sha, at: Date.now(), committerEmail: 'bench@example.com', trailers: messages[at].trailers });
    history.ownLanding(`refs/heads/${ids[at]}`, tips[at]);
  }
  const removed = await product.updateRefs(
    repo,
    ids.flatMap((id, at) => [
      { ref: `refs/heads/${id}`, to: null, from: tips[at] },
      { ref: `refs/kanban/start/${id}`, to: null, from: starts[at] },
    ]),
  );
  if (!removed.ok) throw new Error(removed.message);
}

function messageOf(id, tip) {
  const trailers = [
    { name: 'Kanban-Move', value: `${id} TESTING -> CHANGELOG` },
    { name: 'Kanban-Tested', value: `${id} ${tip}` },
  ];
  const written = trailers.map(({ name, value }) => ({ key: name, value }));
  return { trailers, text: product.formatMessage({ subject: `${id}: Task ${id}`, trailers: written }) };
}

async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
