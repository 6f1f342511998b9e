import { failed, ok, type Problem } from '../problem.ts';
import { listRuns } from '../runs/list-runs.ts';
import { runInForeground } from '../system/foreground.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { withBoard } from '../surfaces/with-board.ts';
import { printProblems } from './program/print.ts';
import { entryWork, type EntryWork } from '../surfaces/entry-work.ts';
import * as messages from './messages.ts';

/** `kanban open <id>`: a shell in the entry's worktree, an editor on it, or its path. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const found = await withBoard(io.cwd, async (board) => {
    const work = await entryWork(board, args[0] ?? '');
    if (!work.ok) return work;
    const worktree = work.value.kind === 'branch' ? work.value.worktree : null;
    if (worktree === null) return failed([noWorktree(work.value)]);
    const { id } = work.value;
    const active = listRuns(board.repo.root).runs.find(({ brief, state }) => brief.taskId === id && state === 'alive');
    return ok({ id, path: worktree.path, active: active?.runId ?? null });
  });
  if (!found.ok) return printProblems(io, found.error);
  const { path, active } = found.value;
  if (options['print'] === true) {
    io.stdout.write(`${path}\n`);
    return EXIT.done;
  }
  if (active !== null) io.stderr.write(`${messages.runAtWork(active)}\n`);
  return options['editor'] === true ? inEditor(path, io) : inShell(path, io);
}

function noWorktree(work: EntryWork): Problem {
  const { id } = work;
  const code = 'no-worktree';
  if (work.kind === 'landed') return { code, message: messages.worktreeLanded(id), fix: `kanban diff ${id}` };
  if (work.kind === 'abandoned')
    return { code, message: messages.worktreeAbandoned(id, work.ref), fix: `git worktree add ../${id} ${work.ref}` };
  if (work.kind === 'branch')
    return {
      code,
      message: messages.branchWithoutWorktree(id, work.branch),
      fix: messages.worktreeComes(`git worktree add ../${id} ${work.branch}`),
    };
  return { code, message: messages.notBegun(id), fix: `kanban show ${id}` };
}

async function inShell(path: string, io: Io): Promise<ExitCode> {
  if (!io.isTTY)
    return printProblems(io, [
      { code: 'no-terminal', message: messages.SHELL_NEEDS_TERMINAL, fix: messages.PRINT_PATH },
    ]);
  io.stderr.write(`${messages.shellIn(path)}\n`);
  await runInForeground('exec "$1"', [io.env['SHELL'] || '/bin/sh'], { cwd: path, env: { ...io.env, PWD: path } });
  return EXIT.done;
}

async function inEditor(path: string, io: Io): Promise<ExitCode> {
  const editor = io.env['VISUAL'] || io.env['EDITOR'] || '';
  if (editor === '')
    return printProblems(io, [{ code: 'no-editor', message: messages.NO_EDITOR, fix: messages.PRINT_PATH }]);
  const code = await runInForeground(`${editor} "$1"`, [path], { cwd: path, env: io.env });
  if (code === 0) return EXIT.done;
  return printProblems(io, [{ code: 'editor-failed', message: messages.editorEnded(editor, code) }]);
}
