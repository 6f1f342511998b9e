import { liveFrame } from '../../report/live/live-frame.ts';
import type { Pane } from '../state.ts';
import * as messages from '../messages.ts';
import { BORDER, boxOf } from './box.ts';
import { boardPane } from './board-pane.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';
import { filesPane } from './files-pane.ts';
import { footerLines } from './footer.ts';
import { headerLines } from './header.ts';
import { historyPane } from './history-pane.ts';
import { areaOf, LEAST, placePanes, type Placed } from './layout.ts';
import { logPane } from './log-pane.ts';
import { metricsPane } from './metrics-pane.ts';
import { pageContent, pageTitle, pageTop } from './page.ts';
import { BETWEEN, paneTitles } from './pane-titles.ts';
import { queuePane } from './queue-pane.ts';
import { fitStyled, inAscii } from './styled.ts';

/** All lines of the screen: as many as it has, each narrower than it by one column. */
export function frameOf(drawing: Drawing): string[] {
  const { rows } = drawing.state.size;
  const lines = linesOf(drawing);
  const whole = Array.from({ length: rows }, (_, row) => lines[row] ?? '');
  return drawing.hasUnicode ? whole : whole.map(inAscii);
}

function linesOf(drawing: Drawing): string[] {
  const { size, page } = drawing.state;
  if (size.columns < LEAST.columns || size.rows < LEAST.rows) return smallFrame(drawing);
  const head = headerLines(drawing);
  const foot = footerLines(drawing);
  const body = page === null ? paneLines(drawing) : pageLines(drawing);
  const room = Math.max(0, size.rows - head.length - foot.length);
  return [...head, ...body.slice(0, room), ...foot];
}

/** On a small terminal: what `kanban run` shows. */
function smallFrame({ state, now, clock, palette }: Drawing): string[] {
  const { size, snapshot } = state;
  const width = Math.max(1, size.columns - 1);
  if (snapshot === null) return [messages.READING.slice(0, width)];
  const colour = palette.hasColour;
  return liveFrame(snapshot, { now, width, height: size.rows, colour, clock, hint: messages.TOO_SMALL });
}

const PANE_VIEWS: Readonly<Record<Pane, (drawing: Drawing, room: Room) => PaneContent>> = {
  board: boardPane,
  queue: queuePane,
  history: historyPane,
  log: logPane,
  files: filesPane,
  metrics: metricsPane,
};

export const roomOf = ({ rect }: Pick<Placed, 'rect'>): Room => ({
  width: Math.max(0, rect.width - BORDER),
  height: Math.max(0, rect.height - BORDER),
});

/** All panes, put beside each other. */
function paneLines(drawing: Drawing): string[] {
  const { state } = drawing;
  const area = areaOf(state);
  const boxes = placePanes(state)
    .map((placed) => ({ placed, lines: paneBox(drawing, placed) }))
    .sort((a, b) => a.placed.rect.x - b.placed.rect.x);
  return Array.from({ length: area.height }, (_, row) =>
    boxes
      .filter(({ placed: { rect } }) => area.y + row >= rect.y && area.y + row < rect.y + rect.height)
      .map(({ placed: { rect }, lines }) => lines[area.y + row - rect.y] ?? ' '.repeat(rect.width))
      .join(''),
  );
}

function paneBox(drawing: Drawing, placed: Placed): string[] {
  const { state, palette } = drawing;
  const { lines, foot = '' } = PANE_VIEWS[placed.shown](drawing, roomOf(placed));
  return boxOf(lines, {
    width: placed.rect.width,
    height: placed.rect.height,
    title: paneTitle(drawing, placed),
    foot,
    isFocused: state.focus === placed.shown,
    palette,
  });
}

function paneTitle({ state, palette }: Drawing, placed: Placed): string {
  const { panes, shown } = placed;
  const names = paneTitles(state, placed).map((text, index) => {
    if (panes[index] !== shown) return palette.waits(text);
    return state.focus === shown ? palette.label(palette.strong(text)) : palette.strong(text);
  });
  return ` ${names.join(palette.waits(BETWEEN))} `;
}

function pageLines(drawing: Drawing): string[] {
  const { state, palette } = drawing;
  const { page } = state;
  if (page === null) return [];
  const { width, height } = areaOf(state);
  const room = { width: width - BORDER - 2, height: height - BORDER };
  const content = pageContent(drawing, page, room.width);
  const top = pageTop(page, content.lines.length, room.height);
  const shown = content.lines.slice(top, top + room.height);
  return boxOf(
    shown.map((line) => ` ${fitStyled(line, room.width)}`),
    {
      width,
      height,
      title: palette.strong(pageTitle(drawing, content, width)),
      foot: footOf({ top, height: room.height, count: content.lines.length }),
      isFocused: true,
      palette,
    },
  );
}

const footOf = ({
  top,
  height,
  count,
}: {
  readonly top: number;
  readonly height: number;
  readonly count: number;
}): string => (count <= height ? '' : `${top + 1}–${Math.min(count, top + height)} of ${count}`);
