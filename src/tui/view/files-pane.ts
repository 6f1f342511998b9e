import type { ShownRun } from '../../report/show.ts';
import { plain } from '../../report/plain.ts';
import { cut, displayWidth, fit } from '../../report/width.ts';
import * as messages from '../messages.ts';
import type { TuiState } from '../state.ts';
import { scrolledTo } from './board-pane.ts';
import { emptyPane } from './empty.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';

/** A file that a run has changed. */
export interface FileLine {
  readonly path: string;
  /** Lines; null: a binary file, or not committed yet. */
  readonly added: number | null;
  readonly removed: number | null;
  /** The role of the run; `now`: the active run has edited it. */
  readonly by: string;
}

/** What the runs of the chosen entry have changed, the newest run first; above all what the active run edits. */
export function fileLines(state: TuiState): readonly FileLine[] {
  const { entry, log } = state;
  const isActive = log !== null && !log.isEnded && log.id === entry?.id;
  const now = isActive ? log.edited.toReversed().map((path) => ({ path, added: null, removed: null, by: 'now' })) : [];
  return [...now, ...(entry?.runs ?? []).toReversed().flatMap(filesOf)];
}

const filesOf = ({ files, role, purpose }: ShownRun): FileLine[] =>
  (files?.list ?? []).map(({ path, added, removed }) => ({
    path,
    added,
    removed,
    by: purpose === 'mend' ? 'fix' : role,
  }));

export function filesPane(drawing: Drawing, room: Room): PaneContent {
  const { state, palette } = drawing;
  const files = fileLines(state);
  if (files.length === 0) {
    const words = state.entry === null && state.entryProblem === null ? messages.READING_ENTRY : messages.NO_FILES;
    return emptyPane(drawing, state.entryProblem ?? words);
  }
  const { cursors } = state;
  const index = Math.min(cursors.files.index, files.length - 1);
  const top = scrolledTo({ index, top: cursors.files.top }, room.height, files.length);
  const by = Math.max(...files.map((file) => displayWidth(file.by)));
  const path = Math.max(8, room.width - by - COUNTS * 2 - 7);
  const lines = files.slice(top, top + room.height).map((file, row) => {
    const isChosen = top + row === index;
    const mark = isChosen ? '>' : ' ';
    const name = fit(shortPath(plain(file.path), path), path);
    const [added, removed] = [countText('+', file.added), countText('−', file.removed)];
    if (isChosen && state.focus === 'files' && palette.hasColour)
      return palette.chosen(palette.strong(`${mark}${name}  ${added} ${removed}  ${fit(file.by, by)} `));
    return `${mark}${name}  ${palette.works(added)} ${palette.bad(removed)}  ${palette.waits(fit(file.by, by))} `;
  });
  return { lines };
}

/** `+1234` */
const COUNTS = 5;
const countText = (sign: string, count: number | null): string =>
  (count === null ? '' : `${sign}${count}`).padStart(COUNTS);

/** The end of a path tells more than its beginning. */
function shortPath(path: string, width: number): string {
  if (displayWidth(path) <= width) return path;
  const parts = path.split('/');
  while (parts.length > 1 && displayWidth(`…/${parts.join('/')}`) > width) parts.shift();
  return cut(`…/${parts.join('/')}`, width);
}
