import { basename, extname } from 'node:path';
import { columnNamed, type Column } from '../../board/entry.ts';
import { columnPath } from '../../board/parse.ts';
import { notUtf8 } from '../../coordinator/observe/messages.ts';
import { closeRepository } from '../../git/close.ts';
import { openRepository } from '../../git/open-repository.ts';
import { ok, type Place, type Result } from '../../problem.ts';
import { defaultSettings } from '../../workflow/parse.ts';
import {
  type Checked,
  checkTexts,
  type KnownBoard,
  knownBoard,
  NO_TEXTS,
  NOTHING_GONE,
  sorted,
} from '../../surfaces/adding/known-board.ts';

/**
 * Checks settings and board as they are now, hand edits included; before the first commit, as they are on disk.
 * Problems of the check itself: no repository.
 */
export async function checkBoard(cwd: string): Promise<Result<Checked>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  try {
    const known = await knownBoard(repo);
    return ok({ problems: known.problems, entries: known.entries, parked: known.parked });
  } finally {
    closeRepository(repo);
  }
}

/** A text to check; `shown` is its name in problems. */
export interface GivenText {
  readonly bytes: Buffer;
  readonly shown: string;
  /** The column that it is read as; null: the one that the file is named after, else TODO. */
  readonly column: Column | null;
}

/**
 * Checks one text as if it were a column file, against the rest of the board: an id that stands in another column is
 * reported, and dependencies are looked up. Outside a repository it is checked by itself, with the default settings.
 */
export async function checkText(cwd: string, { bytes, shown, column }: GivenText): Promise<Result<Checked>> {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return ok({ problems: [notUtf8(shown)], entries: 0, parked: 0 });
  const known = await around(cwd);
  if (!known.ok) return known;
  const { settings, texts, broken } = known.value;
  if (broken.length > 0) return ok({ problems: broken, entries: 0, parked: 0 });
  const as = column ?? columnNamed(basename(shown, extname(shown))) ?? 'TODO';
  const path = columnPath(as, { boardPath: settings.board });
  const { problems } = checkTexts({ ...texts, [as]: text }, known.value);
  const named = (where: Place): Place => (where.file === path ? { ...where, file: shown } : where);
  const own = problems
    .filter(({ where, also = [] }) => [where, ...also.map((other) => other.where)].some((at) => at?.file === path))
    .map((problem) => ({
      ...problem,
      message: problem.message.replaceAll(path, shown),
      ...(problem.where === undefined ? {} : { where: named(problem.where) }),
      ...(problem.also === undefined
        ? {}
        : { also: problem.also.map((other) => ({ ...other, where: named(other.where) })) }),
    }));
  const alone = checkTexts({ ...NO_TEXTS, [as]: text }, known.value);
  return ok({ problems: sorted(own), entries: alone.entries, parked: alone.parked });
}

/** What a text is checked against; nothing outside a repository. */
async function around(
  cwd: string,
): Promise<Result<Pick<KnownBoard, 'settings' | 'texts' | 'gone' | 'landings' | 'broken'>>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) {
    if (opened.error.some(({ code }) => code !== 'no-repository')) return opened;
    return ok({ settings: defaultSettings(), texts: NO_TEXTS, gone: NOTHING_GONE, landings: new Map(), broken: [] });
  }
  const repo = opened.value;
  try {
    return ok(await knownBoard(repo));
  } finally {
    closeRepository(repo);
  }
}
