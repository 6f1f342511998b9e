import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file of a commit that is to be made. */
export interface FileSpec {
  /** Default 100644. */
  readonly mode?: '100644' | '100755' | '120000' | '160000';
  /** One character per byte (latin1), as paths are; of a submodule the SHA of its commit. */
  readonly data: string;
}

export interface CommitSpec {
  /** Commits of this list by their place in it, or SHAs. */
  readonly parents: readonly (number | string)[];
  /** What differs from the first parent, by path; null = deleted. */
  readonly files: Readonly<Record<string, FileSpec | string | null>>;
  /** A ref to be set to it, in full. */
  readonly ref?: string;
}

/** Writes commits into the object store in one process (`git fast-import`). @returns their SHAs. */
export function makeCommits(root: string, specs: readonly CommitSpec[]): string[] {
  const marks = join(mkdtempSync(join(tmpdir(), 'kanban-marks-')), 'marks');
  const input = specs.map((spec, at) => commit(spec, at)).join('');
  execFileSync('git', ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], {
    cwd: root,
    input: Buffer.from(input, 'latin1'),
  });
  const bySpec = new Map(readFileSync(marks, 'utf8').split('\n').filter(Boolean).map(readMark));
  return specs.map((_, at) => bySpec.get(at) ?? '');
}

const readMark = (line: string): [number, string] => {
  const [mark = '', sha = ''] = line.split(' ');
  return [Number(mark.slice(1)) - 1, sha];
};

/** A date for each commit, as a program makes them: some share their second, none is before its parent. */
const dateOf = (at: number): number => 1_700_000_000 + Math.floor(at / 3);

function commit({ parents, files, ref = 'refs/kanban-test/scratch' }: CommitSpec, at: number): string {
  const lines = [`commit ${ref}`, `mark :${at + 1}`, `committer A Gent <a@example.com> ${dateOf(at)} +0000`];
  const [first, ...others] = parents.map((parent) => (typeof parent === 'number' ? `:${parent + 1}` : parent));
  lines.push('data 2', `c\n`);
  if (first !== undefined) lines.push(`from ${first}`);
  for (const parent of others) lines.push(`merge ${parent}`);
  for (const [path, file] of Object.entries(files)) {
    if (file === null) lines.push(`D ${quoted(path)}`);
    else lines.push(put(path, typeof file === 'string' ? { data: file } : file));
  }
  return `${lines.join('\n')}\n\n`;
}

function put(path: string, { mode = '100644', data }: FileSpec): string {
  if (mode === '160000') return `M 160000 ${data} ${quoted(path)}`;
  return `M ${mode} inline ${quoted(path)}\ndata ${data.length}\n${data}`;
}

/** As git quotes paths: every odd byte in octal. */
const quoted = (path: string): string =>
  `"${path.replaceAll(/[^\w./ -]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;
