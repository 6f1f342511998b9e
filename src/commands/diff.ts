import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ok } from '../problem.ts';
import { diffFiles, shownDiff, type DiffFile } from '../report/diff-files.ts';
import { plain } from '../report/plain.ts';
import { runInForeground } from '../system/foreground.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { withBoard } from '../surfaces/with-board.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { entryWork, withWork, type EntryWork, type ReadWork } from '../surfaces/entry-work.ts';
import * as messages from './messages.ts';

interface Shown {
  readonly work: EntryWork;
  /** The repository's root. */
  readonly root: string;
  readonly base: string;
  readonly read: Pick<ReadWork, 'uncommitted' | 'commits'>;
  readonly files: readonly DiffFile[];
  /** The diff, or with `--stat` its summary; null where only JSON without it is asked for. */
  readonly text: Buffer | null;
}

/** `kanban diff <id>`: an entry's work against its base, committed or not; of a landed entry what it landed. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [stat, json] = [options['stat'] === true, options['json'] === true];
  const found = await withBoard(io.cwd, async (board) => {
    const work = await entryWork(board, args[0] ?? '');
    if (!work.ok) return work;
    const place = { work: work.value, root: board.repo.root, base: board.settings.base };
    if (work.value.kind === 'none') return ok<Shown>({ ...place, read: NO_WORK, files: [], text: null });
    return ok(
      await withWork(board, work.value, async (read): Promise<Shown> => {
        const files = json ? diffFiles((await read.diff(['--numstat', '-z'])).toString()) : [];
        const text = stat ? (json ? null : await read.diff([`--stat=${io.columns ?? 80}`])) : await read.diff([]);
        return { ...place, read, files, text };
      }),
    );
  });
  if (!found.ok) return printProblems(io, found.error);
  if (json) {
    printJson(io, asJson(found.value));
    return EXIT.done;
  }
  await print(found.value, io);
  return EXIT.done;
}

const NO_WORK: Shown['read'] = { uncommitted: [], commits: [] };

function asJson({ work, base, read, files, text }: Shown): unknown {
  const { id, kind } = work;
  const uncommitted = new Set(read.uncommitted);
  return {
    id,
    kind,
    base,
    from: kind === 'branch' || kind === 'abandoned' ? work.from : null,
    to: kind === 'none' ? null : work.to,
    branch: kind === 'branch' ? work.branch : null,
    worktree: kind === 'branch' ? (work.worktree?.path ?? null) : null,
    commits: read.commits,
    files: files.map((file) => ({ ...file, uncommitted: uncommitted.has(file.path) })),
    patch: text === null ? null : text.toString(),
  };
}

/** The diff alone goes to stdout, so that it can be applied; what it is stands before it on stderr. */
async function print(shown: Shown, io: Io): Promise<void> {
  const head = `${headOf(shown).join('\n')}\n`;
  const { text } = shown;
  if (!io.isTTY || text === null || text.length === 0) {
    io.stderr.write(head);
    if (text !== null) io.stdout.write(text);
    return;
  }
  await page(`${head}\n${shownDiff(text.toString(), wantsColour(io))}`, io);
}

function headOf({ work, root, base, read }: Shown): string[] {
  if (work.kind === 'none') return [messages.noWork(work.id, work.branch)];
  if (work.kind === 'landed')
    return [messages.landedBy(work.id, work.to.slice(0, 10)), ...(work.byHand ? [messages.LANDED_BY_HAND] : [])];
  if (work.kind === 'abandoned') return [messages.abandonedWork(work.id, work.ref, read.commits.length)];
  const head = messages.committedWork(work.id, { commits: read.commits.length, branch: work.branch, base });
  if (work.worktree === null) return [head, messages.NO_WORKTREE_OF_BRANCH];
  const where = relative(root, work.worktree.path) || '.';
  if (read.uncommitted.length === 0) return [head, messages.nothingUncommitted(where)];
  return [head, messages.uncommittedWork(where, read.uncommitted.map(plain))];
}

/** By the pager that git takes from the environment. Where it cannot be started, the text is printed. */
async function page(text: string, io: Io): Promise<void> {
  const pager = io.env['GIT_PAGER'] ?? io.env['PAGER'] ?? 'less';
  if (pager.trim() === '' || pager.trim() === 'cat') return void io.stdout.write(text);
  const folder = mkdtempSync(join(tmpdir(), 'kanban-diff-'));
  try {
    const file = join(folder, 'diff');
    writeFileSync(file, text);
    const env = { ...io.env, LESS: io.env['LESS'] ?? 'FRX' };
    const code = await runInForeground(`${pager} < "$1"`, [file], { cwd: io.cwd, env });
    if (code === 126 || code === 127) io.stdout.write(text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
