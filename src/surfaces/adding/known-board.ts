import { basename, extname } from 'node:path';
import { columnNamed, COLUMNS, type Board, type BoardTexts } from '../../board/entry.ts';
import type { ReadSave } from '../../board/saves/save-history.ts';
import { columnPath, createSectionMemo, dependencyProblems, parseBoard, type SectionMemo } from '../../board/parse.ts';
import { WITHOUT_COORDINATOR } from '../../coordinator/observe/observation.ts';
import { readDisk } from '../../coordinator/observe/board/disk-board.ts';
import { agentProblems, landedProblems } from '../../coordinator/observe/entry-problems.ts';
import { Observer } from '../../coordinator/observe/observer.ts';
import { WorkflowReader } from '../../coordinator/observe/workflow-reader.ts';
import type { Repository } from '../../git/git.ts';
import type { Problem } from '../../problem.ts';
import { defaultSettings } from '../../workflow/parse.ts';
import type { Settings } from '../../workflow/settings.ts';
import * as messages from '../messages.ts';

export interface Checked {
  /** In the order of files and lines. */
  readonly problems: readonly Problem[];
  /** How many entries and quick notes were read. */
  readonly entries: number;
  /** How many of them are parked. */
  readonly parked: number;
}

/** What is known of the board without a coordinator. */
export interface KnownBoard extends Checked {
  readonly settings: Settings;
  readonly texts: BoardTexts;
  /** Keeps what was parsed: texts that differ in one entry are parsed fast. */
  readonly memo: SectionMemo;
  /** Ids that have landed, and that were abandoned. */
  readonly gone: Parameters<typeof dependencyProblems>[1];
  /** The landing's commit of ids that cannot land again. */
  readonly landings: ReadonlyMap<string, string>;
  /** Why the settings cannot be read: then nothing can be checked. */
  readonly broken: readonly Problem[];
}

export const NO_TEXTS: BoardTexts = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
export const NOTHING_GONE: KnownBoard['gone'] = { landed: new Set(), abandoned: new Set() };

/** Settings and board as they are now, hand edits included; before the first commit, as they are on disk. */
export async function knownBoard(repo: Repository): Promise<KnownBoard> {
  const observer = new Observer(repo);
  const looked = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
  if (!looked.ok) return onDisk(repo, looked.problems);
  const { board, workflow, world, settingsProblems, boardProblems } = looked.value;
  const { landed, abandoned } = world.history;
  const { gone } = observer.history.history;
  const working = new Set(world.entries.flatMap(({ entry, branch }) => (branch === null ? [] : (entry.id ?? []))));
  const landings = new Map([...landed].filter(([id]) => gone.has(id) && !working.has(id)));
  return {
    settings: workflow.settings,
    texts: board.texts,
    memo: createSectionMemo(),
    gone: { landed: new Set(landed.keys()), abandoned },
    landings,
    broken: [],
    problems: sorted([
      ...notSetUp(board.texts, workflow.settings),
      ...settingsProblems,
      ...boardProblems,
      ...restoredProblems(board.oldBuffers, workflow.settings),
      ...landedProblems(board.board, landings),
    ]),
    ...countsOf(board.board),
  };
}

/** Where base cannot be read: no commit yet, or settings that cannot be read, which are all the problems then. */
async function onDisk(repo: Repository, why: readonly Problem[]): Promise<KnownBoard> {
  const read = await new WorkflowReader(repo).read();
  if (!read.ok)
    return {
      settings: defaultSettings(),
      texts: NO_TEXTS,
      memo: createSectionMemo(),
      gone: NOTHING_GONE,
      landings: new Map(),
      broken: why,
      problems: why,
      ...{ entries: 0, parked: 0 },
    };
  const { settings } = read.value.workflow;
  const { texts, unreadable } = readDisk(repo.root, settings.board, Date.now());
  const own = texts ?? NO_TEXTS;
  const checked = checkTexts(own, { settings, gone: NOTHING_GONE, landings: new Map() });
  // The first commit may come later.
  const others = why.filter(({ code }) => code !== 'no-commits');
  return {
    settings,
    texts: own,
    memo: createSectionMemo(),
    gone: NOTHING_GONE,
    landings: new Map(),
    broken: [],
    problems: sorted([
      ...others,
      ...notSetUp(own, settings),
      ...read.value.problems,
      ...unreadable,
      ...checked.problems,
    ]),
    ...{ entries: checked.entries, parked: checked.parked },
  };
}

/** What a save left out although it was added later: as the next command or `kanban run` will have it. */
const restoredProblems = (saves: readonly ReadSave[], { board }: Settings): Problem[] =>
  saves.flatMap(({ column, reading: { restored } }) =>
    restored.length === 0
      ? []
      : [
          {
            ...messages.restored(
              restored.map(({ id }) => id),
              columnPath(column, { boardPath: board }),
            ),
            warning: true,
          },
        ],
  );

/** No column file is there. */
const notSetUp = (texts: BoardTexts, { board }: Settings): Problem[] =>
  COLUMNS.some((column) => texts[column] !== null)
    ? []
    : [{ code: 'no-board', message: messages.noBoard(board), fix: 'kanban init' }];

/** Checks column files with what is known besides. */
export function checkTexts(
  texts: BoardTexts,
  { settings, gone, landings }: Pick<KnownBoard, 'settings' | 'gone' | 'landings'>,
): Checked {
  const board = parseBoard(texts, { ids: settings.ids, boardPath: settings.board, memo: createSectionMemo() });
  const entries = COLUMNS.flatMap((column) => board.columns[column].entries);
  return {
    problems: [
      ...board.problems,
      ...dependencyProblems(board, gone),
      ...agentProblems(entries, settings, board),
      ...landedProblems(board, landings),
    ],
    ...countsOf(board),
  };
}

function countsOf({ columns }: Board): Pick<Checked, 'entries' | 'parked'> {
  const entries = COLUMNS.flatMap((column) => columns[column].entries);
  return { entries: entries.length, parked: entries.filter(({ parked }) => parked).length };
}

/** By column and line; what has no place comes first. */
export function sorted(problems: readonly Problem[]): Problem[] {
  const rank = ({ where }: Problem): number => {
    const column = where === undefined ? null : columnNamed(basename(where.file, extname(where.file)));
    return where === undefined ? -2 : column === null ? -1 : COLUMNS.indexOf(column);
  };
  return problems.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.where?.line ?? 0) - (b.where?.line ?? 0) ||
      (a.where?.column ?? 0) - (b.where?.column ?? 0),
  );
}
