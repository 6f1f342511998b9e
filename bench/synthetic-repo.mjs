// Repositories of any size within a second or two: made by `git fast-import`, always the same.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

const PER_FOLDER = 50;
const LINES = 40;
const WHEN = 1_700_000_000;
const IDENT = (at) => `Bench <bench@example.com> ${at} +0000`;

/** `src/d003/f00150.txt` */
export const pathOf = (index) =>
  `src/d${String(Math.floor(index / PER_FOLDER)).padStart(3, '0')}/f${String(index).padStart(5, '0')}.txt`;

/** A file's text; `mark` stands in one of its lines. */
export const textOf = (index, mark = '') =>
  Array.from(
    { length: LINES },
    (_, line) => `line ${line} of file ${index}${line === 20 && mark ? ` ${mark}` : ''}\n`,
  ).join('');

/** The two files that task `number` (from 1) changes: no other task changes them. A prime step spreads them over the folders. */
export const filesOf = (number, files) => [2 * number, 2 * number + 1].map((one) => (one * 7919) % files);

export const CHANGELOG_HEAD = '# Changelog\n\n## [Unreleased]\n\n### Changed\n\n';

export const entryText = (number) =>
  `## T-${number}: Task ${number} does its part\n\n- reviewed: ${'0'.repeat(40)}\n- tested: ${'0'.repeat(40)}\n\nWhat part ${number} is to do.\n\n`;

export const testingText = (numbers) => `# TESTING\n\n${numbers.map(entryText).join('')}`;

/** Talks to `git fast-import`: commits with the files that change, in full. */
export class Importer {
  #parts = [];
  #marks = 0;
  #at = WHEN;

  /** @param {{ ref: string, from?: number, merge?: number, message: string, put?: [string, string][], remove?: string[] }} commit @returns its mark */
  commit({ ref, from, merge, message, put = [], remove = [] }) {
    const mark = ++this.#marks;
    const when = IDENT(this.#at++);
    this.#parts.push(`commit ${ref}\nmark :${mark}\nauthor ${when}\ncommitter ${when}\n${data(message)}`);
    if (from !== undefined) this.#parts.push(`from :${from}\n`);
    if (merge !== undefined) this.#parts.push(`merge :${merge}\n`);
    for (const path of remove) this.#parts.push(`D ${path}\n`);
    for (const [path, text] of put) this.#parts.push(`M 100644 inline ${path}\n${data(text)}`);
    return mark;
  }

  ref(name, mark) {
    this.#parts.push(`reset ${name}\nfrom :${mark}\n\n`);
  }

  /** Writes all of it into a new repository, with `main` checked out. */
  finish(place, repo) {
    mkdirSync(repo, { recursive: true });
    place.git(repo, 'init', '-q');
    const { status, stderr } = spawnSync('git', ['fast-import', '--quiet'], {
      cwd: repo,
      env: place.env,
      input: Buffer.concat(this.#parts.map((part) => Buffer.from(part))),
      maxBuffer: 1 << 30,
    });
    if (status !== 0) throw new Error(`git fast-import ended with ${status}: ${stderr.toString()}`);
    place.git(repo, 'reset', '-q', '--hard', 'main');
  }
}

const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** The first commit: `files` files, and seven of the kanban's and the team's own. @returns its mark */
export function firstCommit(importer, { files, testing, changelog = `${CHANGELOG_HEAD}- start\n` }) {
  return importer.commit({
    ref: 'refs/heads/main',
    message: 'start\n',
    put: [
      ...Array.from({ length: files }, (_, index) => [pathOf(index), textOf(index)]),
      ['WORKFLOW.md', '# Workflow\n'],
      ['README.md', '# Synthetic\n'],
      ['CHANGELOG.md', changelog],
      ...['TODO', 'IN_PROGRESS', 'REVIEW'].map((column) => [`board/${column}.md`, `# ${column}\n`]),
      ['board/TESTING.md', testing],
    ],
  });
}

/** A task's branch: two files changed, one added. With `moved` the first of them gets another name too. */
export function taskBranch(importer, { id, number, files, from, moved = false }) {
  const [first, second] = filesOf(number, files);
  const name = moved ? pathOf(first).replace('.txt', '-moved.txt') : pathOf(first);
  const mark = importer.commit({
    ref: `refs/heads/${id}`,
    from,
    message: `${id}: work\n`,
    remove: moved ? [pathOf(first)] : [],
    put: [
      [name, textOf(first, `changed by ${id}`)],
      [pathOf(second), textOf(second, `changed by ${id}`)],
      [pathOf(second).replace('/f', '/new-'), `new, by ${id}\n`],
    ],
  });
  importer.ref(`refs/kanban/start/${id}`, from);
  return mark;
}
