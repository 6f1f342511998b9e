import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { packageRoot } from '../../system/package-root.ts';
import { git } from '../../git/git.ts';

/** What the demo's board holds; ids that must end in another way than landed at the first try are named here. */
export interface DemoContent {
  /** Ids of all entries of demo/TODO.md, in the order of the file. */
  readonly ids: readonly string[];
  /** Fails its test once and is fixed. */
  readonly fixed: string;
  /** Ends escalated. */
  readonly escalated: string;
  /** The id that the note will get. */
  readonly noteId: string;
  readonly noteTitle: string;
}

/** Reads what the package ships in `demo/`. */
export function demoContent(): DemoContent {
  const ids = [...shipped('TODO.md').matchAll(/^## (T-\d+): /gm)].map(([, id]) => id ?? '');
  const highest = Math.max(...ids.map((id) => Number(id.slice('T-'.length))));
  const noteTitle = /^- \[ \] (.+)$/m.exec(shipped('NOTE.md'))?.[1] ?? '';
  return { ids, fixed: 'T-5', escalated: 'T-6', noteId: `T-${highest + 1}`, noteTitle };
}

/** Makes an empty folder for the demo's repository; its path has no symbolic link in it. */
export const makeDemoFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'kanban-demo-')));

/** Makes a repository of the demo's workspace: one commit, an identity of its own, nothing of the user's git settings. */
export async function makeDemoRepository(root: string): Promise<void> {
  copyFolder(join(packageRoot(), 'demo', 'workspace'), root);
  await git(['init', '-q', '-b', 'main', '--template='], { cwd: root });
  for (const [key, value] of settingsOf(root)) await git(['config', key, value], { cwd: root });
  await commitAll(root, 'tally 0.1.0');
}

/** After `kanban init`: the demo's own settings and entries, committed. */
export async function fillDemoBoard(root: string): Promise<void> {
  writeFileSync(join(root, 'WORKFLOW.md'), shipped('WORKFLOW.md'));
  writeFileSync(join(root, 'board/TODO.md'), shipped('TODO.md'));
  await commitAll(root, 'kanban: set up');
}

/** Writes the quick note into TODO.md, right below its heading, as an editor would: the whole file, by rename. */
export function addDemoNote(root: string): void {
  const path = join(root, 'board/TODO.md');
  const text = readFileSync(path, 'utf8').replace(/^# TODO\n+/, () => `# TODO\n\n${shipped('NOTE.md')}\n`);
  writeFileSync(`${path}~`, text);
  renameSync(`${path}~`, path);
}

const shipped = (name: string): string => readFileSync(join(packageRoot(), 'demo', name), 'utf8');

/**
 * Local settings win over the user's: no signing, no hooks, no converted line endings, no process that stays. The
 * address must not be one of `@kanban.invalid`, which are the runs' own.
 */
const settingsOf = (root: string): readonly (readonly [string, string])[] => [
  ['user.name', 'kanban demo'],
  ['user.email', 'demo@example.invalid'],
  ['commit.gpgsign', 'false'],
  ['core.hooksPath', join(root, '.git', 'hooks')],
  ['core.autocrlf', 'false'],
  ['core.fsmonitor', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

async function commitAll(root: string, message: string): Promise<void> {
  await git(['add', '-A'], { cwd: root });
  await git(['commit', '-q', '-m', message], { cwd: root });
}

/** By content: a package may be installed read-only, and the copies are to be edited. */
function copyFolder(from: string, to: string): void {
  for (const file of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const source = join(file.parentPath, file.name);
    const target = join(to, relative(from, source));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(source));
  }
}
