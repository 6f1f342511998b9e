import { shownDiff } from '../../report/diff-files.ts';
import { renderEntry } from '../../report/show.ts';
import { plain } from '../../report/plain.ts';
import { cut, fit } from '../../report/width.ts';
import { KEY_GROUPS } from '../keys.ts';
import * as messages from '../messages.ts';
import type { Page } from '../state.ts';
import type { Drawing } from './drawing.ts';
import { logLine, titleOf } from './log-pane.ts';
import { metricsLines } from './metrics-pane.ts';
import { queueText } from './queue-pane.ts';
import { fitStyled, styledWidth } from './styled.ts';

/** What fills the screen instead of the panes. */
export interface PageContent {
  readonly title: string;
  /** All of it. */
  readonly lines: readonly string[];
}

export function pageContent(drawing: Drawing, page: Page, width: number): PageContent {
  const { state } = drawing;
  switch (page.kind) {
    case 'entry':
      return { title: page.id, lines: entryLines(drawing, page.id, width) };
    case 'diff':
      return { title: `${page.id} ${page.file ?? 'diff'}`, lines: diffLines(drawing, page.id) };
    case 'log':
      return { title: `Log ${state.log === null ? '' : titleOf(state.log)}`.trim(), lines: logLines(drawing, width) };
    case 'queue':
      return { title: 'Queue', lines: queueText(drawing, width) };
    case 'metrics':
      return { title: 'Metrics', lines: metricsLines(drawing) };
    case 'help':
    default:
      return { title: messages.HELP_TITLE, lines: helpLines(drawing, width) };
  }
}

function entryLines({ state, now, clock, palette }: Drawing, id: string, width: number): string[] {
  const { entry, entryProblem } = state;
  if (entry?.id !== id) return [entryProblem ?? messages.READING_ENTRY];
  // Where it stands may have changed since it was read.
  const shown = state.snapshot?.entries.find((one) => one.id === id) ?? null;
  const view = shown === null ? entry : { ...entry, entry: shown, place: shown.column };
  return renderEntry(view, { now, clock, colour: palette.hasColour, width }).trimEnd().split('\n');
}

function diffLines({ state, palette }: Drawing, id: string): string[] {
  const { diff, entryProblem } = state;
  if (diff?.id !== id) return [entryProblem ?? messages.READING_ENTRY];
  if (diff.patch === '') return [messages.NO_FILES];
  return shownDiff(diff.patch.trimEnd(), palette.hasColour).split('\n').map(withoutTabs);
}

/** A tab moves a terminal's cursor: its width is not known. */
const withoutTabs = (line: string): string => line.replaceAll('\t', '    ');

function logLines(drawing: Drawing, width: number): string[] {
  const { log } = drawing.state;
  if (log === null) return [messages.READING_ENTRY];
  if (log.run === null) return [messages.NO_RUN];
  const above = log.dropped === 0 ? [] : [drawing.palette.waits(messages.droppedLines(log.dropped))];
  return [...above, ...log.lines.flatMap((line) => logLine(line, width, drawing))];
}

/** From the table of keys; in two columns where there is room. */
function helpLines({ palette }: Drawing, width: number): string[] {
  const blocks = KEY_GROUPS.map(({ name, rows }) => {
    const keys = Math.max(...rows.map(({ shown }) => shown.length));
    return [
      palette.label(name),
      ...rows.map(({ shown, what }) => `  ${palette.strong(fit(shown, Math.max(keys, KEYS)))}  ${what}`),
      '',
    ];
  });
  const [left, right] = [blocks.slice(0, 2).flat(), blocks.slice(2).flat()];
  const widest = (lines: readonly string[]): number => Math.max(...lines.map(styledWidth));
  const column = widest(left) + GAP;
  if (column + widest(right) > width) return blocks.flat();
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    `${fitStyled(left[row] ?? '', column)}${right[row] ?? ''}`.trimEnd(),
  );
}

const KEYS = 13;
const GAP = 4;

export const pageTitle = ({ state }: Drawing, { title }: PageContent, width: number): string => {
  const entry = state.page?.kind === 'entry' ? state.entry?.title : undefined;
  return cut(entry === undefined ? ` ${title} ` : ` ${title}: ${plain(entry)} `, Math.max(4, width - 4));
};

/** The first line of a page that is shown. @param count its lines */
export function pageTop(page: Page, count: number, height: number): number {
  const last = Math.max(0, count - height);
  return page.top === null ? last : Math.min(last, Math.max(0, page.top));
}
