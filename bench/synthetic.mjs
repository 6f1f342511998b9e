// Releases of a package that does not exist: six files that change as those of a small library do. Always the same
// ones, from a seed, so that figures of two machines or two days compare the same work.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SEED = 20_261_120;

/** Each file with its lines at the start and how many of 19 further releases change it: 71 changes in 6 chains. */
const FILES = [
  ['package.json', 60, 19],
  ['readme.md', 140, 16],
  ['index.js', 90, 14],
  ['index.d.ts', 110, 11],
  ['lib/queue.js', 70, 8],
  ['license', 20, 3],
];

const WORDS =
  'queue limit pending active resolve reject concurrency promise next task run clear value argument option default throw error type return await each first last count'.split(
    ' ',
  );

/** @returns {Generator<{ version: string, write(folder: string): void }>} the oldest first; `versions` of them */
export function* syntheticReleases(versions) {
  const random = mulberry32(SEED);
  const files = FILES.map(([path, size, changes]) => ({
    path,
    lines: Array.from({ length: size }, () => line(random)),
    changedIn: chosen(random, versions - 1, Math.round((changes * (versions - 1)) / 19)),
  }));
  for (let release = 0; release < versions; release++) {
    for (const file of files) if (file.changedIn.has(release)) change(random, file.lines);
    const state = files.map(({ path, lines }) => [path, `${lines.join('\n')}\n`]);
    yield {
      version: `1.${release}.0`,
      write: (folder) => state.forEach(([path, text]) => writeInto(join(folder, path), text)),
    };
  }
}

function writeInto(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** `count` different numbers of 1..last. */
function chosen(random, last, count) {
  const numbers = Array.from({ length: last }, (_, index) => index + 1);
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [numbers[at], numbers[other]] = [numbers[other], numbers[at]];
  }
  return new Set(numbers.slice(0, count));
}

/** One to four places of a file: lines reworded, added, and seldom taken away. */
function change(random, lines) {
  for (let places = 1 + Math.floor(random() * 4); places > 0; places--) {
    const at = Math.floor(random() * lines.length);
    const added = Array.from({ length: 1 + Math.floor(random() * 3) }, () => line(random));
    lines.splice(at, Math.floor(random() * 3), ...added);
  }
}

function line(random) {
  const words = Array.from({ length: 3 + Math.floor(random() * 8) }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return `${'  '.repeat(Math.floor(random() * 3))}${words.join(' ')} ${Math.floor(random() * 10_000)}`;
}

/** A small generator of numbers in 0..1; the same seed, the same numbers. */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
