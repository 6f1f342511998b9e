// Ten entries go through the whole pipeline while a user saves the column files without a pause, in the ways that five editors
// save: nothing is lost. The built program, real git, real files.
//
//   node test/prove/editors.mjs [--saves 3000] [--seed 1] [--keep]
//
// The oracle looks at files and git objects: each entry has landed once, and each word that stood on disk for a second is in a
// file or in some object of the repository. When the user stops saving they do what they are told: they delete [PAUSED] tags that
// old buffers led to, and put back what two saves that lack it have deleted; nothing else may keep an entry from landing. Prints one line of figures; exit code 1 when something is lost.
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chance } from './chance.mjs';

const { values } = parseArgs({
  options: {
    saves: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const CLI = join(import.meta.dirname, '../../dist/cli.js');
const SAVES = Number(values.saves);
const ENTRIES = 10;
const FILES = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'];
/** A word that stood on disk for so long has been seen by the coordinator, ms. */
const SEEN_AFTER = 1_000;
/** After the last save the coordinator has so long to land what is left, in lengths of a run. */
const LONGEST_END = 40;
/** A deletion of an entry in work takes two saves that lack it, so far apart, ms. */
const SECOND_DELETION = 2_000;

const random = chance(values.seed);
const below = (n) => Math.floor(random() * n);
const root = mkdtempSync(join(tmpdir(), 'kanban-editors-'));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 30 });
const at = (file) => join(root, 'board', `${file}.md`);

/** Runs are so long, in s, that entries are in work for as long as the user saves. */
const RUN = Math.max(0.2, SAVES / 170);
const AGENT = `set -e
sleep ${RUN.toFixed(1)}
case "$KANBAN_ROLE" in
  task) echo work >> "$KANBAN_TASK.txt"; git add -A; git commit -qm work; verdict=done ;;
  reviewer) verdict=ready ;;
  *) verdict=passed ;;
esac
printf -- '---\\nverdict: %s\\n---\\n' "$verdict" > "$KANBAN_REPORT"
`;

function makeRepository() {
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  const agent = join(root, '.git', 'agent.sh');
  writeFileSync(agent, AGENT);
  const roles = ['task', 'reviewer', 'tester'].map((role) => `  ${role}: { agent: fake }\n`).join('');
  writeFileSync(
    join(root, 'WORKFLOW.md'),
    `---\nbase: main\nsettle: 0s\ncapacity: 2\nroles:\n${roles}agents:\n  fake: { kind: command, command: [sh, ${JSON.stringify(agent)}] }\n---\n`,
  );
  mkdirSync(join(root, 'board'));
  mkdirSync(join(root, 'prompts'));
  for (const role of ['task', 'reviewer', 'tester']) writeFileSync(join(root, 'prompts', `${role}.md`), 'Do it.\n');
  const entries = Array.from({ length: ENTRIES }, (_, n) => `## T-${n + 1}: Entry ${n + 1}\n\nDo it.\n\n`).join('');
  writeFileSync(at('TODO'), `# TODO\n\n${entries}# Later\n`);
  for (const file of FILES.slice(1)) writeFileSync(at(file), `# ${file}\n`);
  writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n');
  writeFileSync(join(root, '.gitignore'), '.kanban/\n.worktrees/\n');
  git('add', '-A');
  git('commit', '-qm', 'begin');
}

/** As an editor does: in place, by rename, by putting the old file aside, through a pipe, in two pieces. */
const WAYS = [
  (path, text) => writeFileSync(path, text),
  (path, text) => {
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  },
  (path, text) => {
    renameSync(path, `${path}~`);
    writeFileSync(path, text);
    rmSync(`${path}~`);
  },
  (path, text) => execFileSync('sh', ['-c', 'cat > "$0"', path], { input: text }),
  (path, text) => {
    const file = openSync(path, 'w');
    writeSync(file, text.slice(0, text.length >> 1));
    writeSync(file, text.slice(text.length >> 1));
    closeSync(file);
  },
];

/** Word → since when it has been on disk without a break, and whether that was long enough. */
const words = new Map();
/** What was saved when: for whoever looks for the cause of a fault, and to tell who deleted an entry. */
const history = [];

function look() {
  const disk = FILES.map((file) => {
    try {
      return readFileSync(at(file), 'utf8');
    } catch {
      return '';
    }
  }).join('\n');
  const now = Date.now();
  for (const [word, state] of words) {
    if (!disk.includes(word)) state.since = null;
    else if (state.since === null) state.since = now;
    else if (now - state.since > SEEN_AFTER) state.seen = true;
  }
  return disk;
}

async function save(buffers, n) {
  const file = FILES[below(4)];
  const isStale = buffers.has(file) && below(10) === 0;
  const text = isStale ? buffers.get(file) : readFileSync(at(file), 'utf8');
  if (below(20) === 0) buffers.set(file, text);
  const word = `typed${n}x`;
  const blocks = text.split(/^(?=## )/m);
  const which = 1 + below(blocks.length);
  const edited =
    isStale && below(2) === 0
      ? text
      : blocks.length > 1 && which < blocks.length && blocks[which].startsWith('## ')
        ? blocks.map((block, index) => (index === which ? `${block.trimEnd()}\n${word}\n\n` : block)).join('')
        : `${text.trimEnd()}\n\n${word}\n`;
  if (edited !== text) words.set(word, { since: null, seen: false });
  await pause(below(60));
  WAYS[below(5)](at(file), edited);
  history.push({ at: Date.now(), n, file, isStale, text: edited });
  look();
  await pause(20 + below(80));
}

/** The user deletes the tags that old buffers led to. @returns how many there were */
function deletePaused() {
  let deleted = 0;
  for (const file of FILES) {
    const text = readFileSync(at(file), 'utf8');
    const edited = text.replaceAll(/^## \[PAUSED\] /gm, () => ((deleted += 1), '## '));
    if (edited !== text) WAYS[1](at(file), edited);
  }
  return deleted;
}

/** The user puts back entries that are in no file and that have not landed. @returns their ids */
function putBack(ids) {
  const disk = FILES.map((file) => readFileSync(at(file), 'utf8')).join('\n');
  const missing = Array.from({ length: ENTRIES }, (_, n) => n + 1).filter(
    (n) => !ids.has(`T-${n}`) && !new RegExp(`^## .*\\bT-${n}:`, 'm').test(disk),
  );
  if (missing.length > 0) {
    const entries = missing.map((n) => `## T-${n}: Entry ${n}\n\nDo it.\n\n`).join('');
    WAYS[1](at('TODO'), readFileSync(at('TODO'), 'utf8').replace(/^# Later/m, `${entries}# Later`));
  }
  return missing.map((n) => `T-${n}`);
}

/** Two saves lack the entry in the column of work that it was in last. */
function wasDeletedTwice(id) {
  const [last] = [
    ...events.matchAll(new RegExp(`"at":(\\d+),"type":"entry-moved","id":"${id}",.*?"to":"(\\w+)"`, 'g')),
  ].slice(-1);
  const [, since = 0, column = 'TODO'] = last ?? [];
  const has = new RegExp(`^## .*\\b${id}:`, 'm');
  const lacking = history.filter((one) => one.at > since && one.file === column && !has.test(one.text));
  return lacking.length > 1 && lacking.at(-1).at - lacking[0].at >= SECOND_DELETION;
}

makeRepository();
const coordinator = spawn(process.execPath, [CLI, 'run', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
let events = '';
for (const stream of [coordinator.stdout, coordinator.stderr]) stream.on('data', (chunk) => (events += chunk));
const ended = new Promise((resolve) => coordinator.on('close', resolve));
const landed = () =>
  [...git('log', '--first-parent', '--format=%B', 'main').matchAll(/^Kanban-Move: (T-\d+) \S+ -> CHANGELOG$/gm)].map(
    ([, id]) => id,
  );
const wrong = [];
try {
  while (!events.includes('coordinator-started')) await pause(50);
  const buffers = new Map();
  for (let n = 0; n < SAVES; n++) await save(buffers, n);
  const during = new Set(landed()).size;
  let [paused, deleted] = [0, 0];
  const until = Date.now() + LONGEST_END * Math.max(3, RUN) * 1_000;
  for (let n = 1; Date.now() < until && new Set(landed()).size < ENTRIES; n++) {
    await pause(500);
    look();
    // What the last saves mean has been read by now.
    if (n % 10 !== 0) continue;
    paused += deletePaused();
    for (const id of putBack(new Set(landed()))) {
      deleted += 1;
      if (!wasDeletedTwice(id)) wrong.push(`${id} was in no file, and no two saves lacked it`);
    }
  }
  await pause(3_000);
  const disk = look();
  coordinator.kill('SIGTERM');
  await ended;
  const ids = landed();
  for (let n = 1; n <= ENTRIES; n++) {
    const times = ids.filter((id) => id === `T-${n}`).length;
    if (times !== 1) wrong.push(`T-${n} has landed ${times} times`);
  }
  const objects = git('cat-file', '--batch-all-objects', '--batch');
  for (const [word, { seen }] of words)
    if (seen && !disk.includes(word) && !objects.includes(word)) wrong.push(`${word} is in no file and in no object`);
  if (git('fsck', '--no-dangling').trim() !== '') wrong.push('git fsck');
  const kept = git('for-each-ref', 'refs/kanban/saves').split('\n').filter(Boolean).length;
  const back = [...events.matchAll(/"restored":\["/g)].length;
  for (const what of wrong) console.log(`  ${what}`);
  console.log(
    `editors: ${SAVES} saves in 5 ways, ${ids.length} landings of ${ENTRIES} entries (${during} while they saved), ${words.size} words, ${back} times entries put back, ${paused} paused, ${deleted} deleted by two saves, ${kept} texts kept in git, ${wrong.length} lost (seed ${values.seed})${values.keep ? ` [${root}]` : ''}`,
  );
} finally {
  coordinator.kill('SIGKILL');
  if (values.keep) {
    writeFileSync(join(root, '.git', 'events.log'), events);
    writeFileSync(join(root, '.git', 'saves.log'), history.map((one) => JSON.stringify(one)).join('\n'));
  } else rmSync(root, { recursive: true, force: true });
}
process.exitCode = wrong.length > 0 ? 1 : 0;
