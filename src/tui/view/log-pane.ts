import { fold } from '../../report/width.ts';
import * as messages from '../messages.ts';
import type { RunLog } from '../state.ts';
import { emptyPane } from './empty.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';

/** `14:01:22 ` in front of a line. */
const STAMP = 9;

/** What the newest run of the chosen entry does: its last lines. */
export function logPane(drawing: Drawing, { width, height }: Room): PaneContent {
  const { state } = drawing;
  const { log } = state;
  if (log === null) return emptyPane(drawing, messages.READING_ENTRY);
  if (log.run === null) return emptyPane(drawing, messages.NO_RUN);
  const back = state.cursors.log.index;
  const lines = log.lines.slice(-MAX_SHOWN).flatMap((line) => logLine(line, width - 2, drawing));
  const end = Math.max(0, lines.length - back);
  const shown = lines.slice(Math.max(0, end - height), end);
  const { lines: said } =
    shown.length === 0 ? emptyPane(drawing, messages.PRINTS_NOTHING) : { lines: shown.map((line) => ` ${line}`) };
  return { lines: said };
}

/** Lines of a run that a pane goes through; all are on the page. */
const MAX_SHOWN = 300;

export const titleOf = ({ id, run, agent, isEnded }: RunLog): string =>
  [id, roleIn(run ?? ''), agent, ...(isEnded ? ['ended'] : [])].filter((part) => part !== '').join(' ');

/** `T-14-1-task-0123abcd` */
const roleIn = (run: string): string => /-([a-z]+)-[0-9a-f]+$/.exec(run)?.[1] ?? '';

/** A line of a run, folded; the marks of `kanban attach` have their colours. */
export function logLine(line: string, width: number, { palette }: Drawing): string[] {
  const stamped = /^\d\d:\d\d:\d\d (.)/.exec(line)?.[1];
  const rest = stamped ?? line[0];
  const paint = rest === '!' ? palette.needs : rest === '~' || rest === '—' ? palette.waits : String;
  return fold(line, Math.max(1, width), stamped === undefined ? 0 : STAMP).map((row) => paint(row));
}
