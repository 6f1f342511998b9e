// library-round.mjs BUNDLE FOLDER SIZE CHANGES: one round of the library bench, printed as JSON (CPU times in ms).
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [, , bundle, root, sizeText, changesText] = process.argv;
const {
  createSectionMemo,
  EntriesFiles,
  EntryMemo,
  headText,
  parseBoard,
  patchBetween,
  SnapshotFiles,
  snapshotOf,
  writeWhole,
} = await import(bundle);
const size = Number(sizeText);
const own = join(root, '.kanban');
mkdirSync(own, { recursive: true });
const options = { ids: ['T'], boardPath: 'board', memo: createSectionMemo() };
const texts = Array.from({ length: size }, (_, index) => entryText(index + 1));
const memo = new EntryMemo();
const entriesFiles = new EntriesFiles(own);
const files = new SnapshotFiles(root);
let before = null;
const found = { made: [], written: [], coordinator: [], reader: [], idle: [] };

for (let change = 0; change <= Number(changesText); change++) {
  const number = (change * 331) % size;
  texts[number] = entryText(number + 1, `with title ${change}`);
  const source = sourceOf();
  const made = timed(() => {
    const { entries, ...head } = snapshotOf(source, memo);
    return { entries, head, text: JSON.stringify({ ...head, at: 0 }), isBehind: entriesFiles.isBehind(entries) };
  });
  const written = timed(() => {
    entriesFiles.keep(made.value.entries, Date.now());
    writeWhole(join(own, 'snapshot.json'), headText(made.value.head, entriesFiles.place));
  });
  const read = timed(() => {
    const { kind, snapshot } = files.read(process.pid);
    if (kind !== 'read') throw new Error(`the files are ${kind}`);
    return { snapshot, patch: patchBetween(before, snapshot) };
  });
  const idle = timed(() => patchBetween(read.value.snapshot, files.read(process.pid).snapshot));
  if (idle.value !== null) throw new Error('a change where there is none');
  before = read.value.snapshot;
  // The first one has everything.
  if (change === 0) continue;
  const names = Object.keys(read.value.patch.entries);
  if (names.length !== 1 || names[0] !== `T-${number + 1}`) throw new Error(`changed: ${names.join(', ')}`);
  found.made.push(made.ms);
  found.written.push(written.ms);
  found.coordinator.push(made.ms + written.ms);
  found.reader.push(read.ms);
  found.idle.push(idle.ms);
  found.patch = JSON.stringify(read.value.patch.entries).length;
}
console.log(JSON.stringify({ ...found, bytes: statSync(join(own, 'entries.json')).size }));

/** What a tick knows; parsing the board is measured by the board bench. */
function sourceOf() {
  const column = {
    TODO: `# TODO\n\n${texts.join('')}`,
    IN_PROGRESS: '# IN_PROGRESS\n',
    REVIEW: '# REVIEW\n',
    TESTING: '# TESTING\n',
  };
  const entries = parseBoard(column, options).columns.TODO.entries.map((entry) => ({ entry }));
  const usage = { today: {}, dayEnds: 1, entries: new Map() };
  const history = { landed: new Map(), abandoned: new Set(), enteredAt: new Map(), startedAt: new Map() };
  const settings = { capacity: 6, push: false };
  const world = {
    now: Date.now(),
    mode: 'run',
    settings,
    stops: [],
    runs: [],
    entries,
    usage,
    history,
    messages: new Map(),
  };
  const notes = entries.map(({ entry }) => ({
    key: entry.key,
    id: entry.id,
    state: 'ready',
    reason: { code: 'ready' },
  }));
  const base = { name: 'main', sha: '0'.repeat(40), checkout: root };
  return {
    ...{ world, decision: { notes, actions: [] }, base, coordinator: { pid: process.pid, since: 1 }, warnings: [] },
    ...{ activity: new Map(), worktrees: new Map(), queue: { mode: 'serial', batch: [], waiting: [], recent: [] } },
  };
}

function timed(run) {
  const begin = process.cpuUsage();
  const value = run();
  const { user, system } = process.cpuUsage(begin);
  return { ms: (user + system) / 1000, value };
}

function entryText(number, title = 'answers with a clear message') {
  return `## T-${number}: Part ${number} ${title}

- files: src/part-${number % 40}/**
- depends: T-${Math.max(1, number - 1)}

**Problem.** The call to \`load(${number})\` throws where it should answer.

- [ ] a test covers part ${number}

`;
}
