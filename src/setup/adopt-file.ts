import { isUtf8 } from 'node:buffer';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { adoptTasks, type Named } from '../board/adopt/adopt.ts';
import { COLUMNS, type BoardTexts, type Column } from '../board/entry.ts';
import { createSectionMemo } from '../board/parse.ts';
import { git } from '../git/git.ts';
import { failed, ok, placeAt, type Problem, type Result } from '../problem.ts';
import { lstatOrNone } from '../system/plain-file.ts';
import { defaultSettings } from '../workflow/parse.ts';
import type { FilePlan } from './init-files.ts';
import type { InitPlace } from './init-place.ts';
import * as messages from './messages-adopt.ts';

/** What adopting a file changes, for the user to look at before anything is written. */
export interface AdoptReview {
  /** The adopted file, relative to the checkout of base. */
  readonly file: string;
  /** Where its tasks go, in the same way. */
  readonly todo: string;
  /** Unified. */
  readonly diff: string;
  /** Tasks that become entries, with the lines that they stand in. */
  readonly adopted: readonly Named[];
  /** Done: they stay. */
  readonly done: readonly Named[];
  /** No tasks: they stay. */
  readonly left: readonly Named[];
}

interface AdoptPlan {
  readonly files: readonly FilePlan[];
  readonly review: AdoptReview;
}

interface Asked {
  readonly cwd: string;
  /** `--adopt`: relative to `cwd`. */
  readonly path: string;
  readonly place: InitPlace;
  /** What init writes beside. */
  readonly files: readonly FilePlan[];
  readonly ids: readonly string[];
}

/**
 * The files of `kanban init` with the tasks of a file on the board; nothing is written.
 * @returns problems: a file that is not in the checkout of base or can't be read, and those of `adoptTasks`
 */
export async function planAdoption({ cwd, path, place, files, ids }: Asked): Promise<Result<AdoptPlan>> {
  const { folder } = place;
  const file = resolve(cwd, path);
  const inside = relative(folder, file);
  const settings = place.existing ?? defaultSettings();
  const problem = placeProblem(place, { path, inside, board: settings.board });
  if (problem !== null) return failed([problem]);
  const read = readTasks(file, inside);
  if (!read.ok) return read;
  const todo = `${settings.board}/TODO.md`;
  const columns = readColumns({ folder, board: settings.board, files });
  if (!columns.ok) return columns;
  const texts = columns.value;
  const options = { ids, boardPath: settings.board, memo: createSectionMemo() };
  const done = adoptTasks({ path: inside, text: read.value, isTodo: inside === todo }, texts, options);
  if (!done.ok) return done;
  // TODO.md first: after a failed write a task stands in both files, and is lost in neither.
  const changes = new Map([[todo, done.value.todo]]);
  if (inside !== todo) changes.set(inside, done.value.file);
  const textOf = (name: string): string | null =>
    name === inside ? read.value : (files.find((one) => one.path === name)?.text ?? texts.TODO);
  const isNew = (name: string): boolean => files.some((one) => one.path === name && one.how === 'new');
  const plans = [...changes].map(([name, text]): FilePlan => {
    return isNew(name)
      ? { folder, path: name, text, how: 'new' }
      : { folder, path: name, text, how: 'changed', before: (name === inside ? read.value : texts.TODO) ?? '' };
  });
  const { adopted, done: over, left } = done.value;
  // A new TODO.md is compared with the one that init would write without tasks.
  const diff = await unifiedDiff(plans.map((plan) => ({ ...plan, before: textOf(plan.path) ?? '' })));
  return ok({
    files: [...files.filter(({ path: name }) => !changes.has(name)), ...plans],
    review: { file: inside, todo, diff, adopted, done: over, left },
  });
}

function placeProblem(
  { folder, commit }: InitPlace,
  { path, inside, board }: { readonly path: string; readonly inside: string; readonly board: string },
): Problem | null {
  const problem = (message: string, fix: string): Problem => ({ code: 'adopt-place', message, fix });
  if (commit !== null) return problem(messages.worktreeNotMade(folder), messages.INIT_FIRST);
  if (inside.startsWith('..') || inside.startsWith('.git/'))
    return problem(messages.outside(path, folder), messages.COPY_IN);
  const column = COLUMNS.find((name) => name !== 'TODO' && inside === `${board}/${name}.md`);
  return column === undefined ? null : problem(messages.isColumn(path), messages.MOVE_TO_TODO);
}

/** The columns as they will be without the adopted tasks: those that are there must be files that can be written back whole. */
function readColumns({
  folder,
  board,
  files,
}: {
  readonly folder: string;
  readonly board: string;
  readonly files: readonly FilePlan[];
}): Result<BoardTexts> {
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  for (const column of COLUMNS) {
    const name = `${board}/${column}.md`;
    const planned = files.find((one) => one.path === name)?.text;
    if (planned === undefined && lstatOrNone(join(folder, name)) !== undefined) {
      const read = readTasks(join(folder, name), name);
      if (!read.ok) return read;
      texts[column] = read.value;
    } else texts[column] = planned ?? null;
  }
  return ok(texts);
}

const MAX_BYTES = 1024 * 1024;

function readTasks(file: string, shown: string): Result<string> {
  const stat = lstatOrNone(file);
  const problem = (message: string): Result<never> => failed([{ code: 'adopt-unreadable', message }]);
  if (stat === undefined) return problem(messages.noFile(shown));
  if (!stat.isFile()) return problem(messages.notAFile(shown));
  if (stat.size > MAX_BYTES) return problem(messages.tooLarge(shown, MAX_BYTES));
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  const at = isUtf8(bytes) ? text.indexOf('\0') : text.indexOf('\uFFFD');
  if (at === -1) return ok(text);
  const message = isUtf8(bytes) ? messages.HOLDS_NUL : messages.NOT_UTF8;
  return failed([{ code: 'adopt-unreadable', message, where: placeAt(shown, text, at), fix: messages.SAVE_AS_UTF8 }]);
}

/** Of the files as they are and as they will be, as git writes it. */
async function unifiedDiff(plans: readonly (FilePlan & { readonly before: string })[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kanban-diff-'));
  try {
    for (const { path, text, before } of plans)
      for (const [side, content] of [
        ['a', before],
        ['b', text],
      ] as const) {
        mkdirSync(dirname(join(folder, side, path)), { recursive: true });
        writeFileSync(join(folder, side, path), content);
      }
    const args = ['-c', 'core.quotePath=false', 'diff', '--no-index', '--no-color', '--no-ext-diff', '--no-prefix'];
    const { stdout } = await git([...args, 'a', 'b'], { cwd: folder, okExit: [0, 1] });
    return stdout.replaceAll(/^(?:diff --git|index) .*\n/gm, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
