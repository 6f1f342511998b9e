import { PANES, type Pane, type TuiState } from '../state.ts';
import type { Rect } from './box.ts';
import { headerHeight } from './header.ts';

/** Panes that share a place, of which one is shown. */
export interface Placed {
  readonly panes: readonly Pane[];
  readonly shown: Pane;
  readonly rect: Rect;
}

/** Below this size the board is shown as `kanban run` shows it. */
export const LEAST = { columns: 70, rows: 15 } as const;

/** From these sizes on there is room for more panes beside each other. */
const WIDE = 120;
const MEDIUM = { columns: 96, rows: 22 } as const;
const TALL = 40;

/** Where the panes stand between the header and the last line. One column is left free: see FrameWriter. */
export function areaOf(state: TuiState): Rect {
  const { columns, rows } = state.size;
  const top = headerHeight(state);
  return { x: 0, y: top, width: columns - 1, height: Math.max(0, rows - top - 1) };
}

/** The panes with their places. */
export function placePanes(state: TuiState): readonly Placed[] {
  const area = areaOf(state);
  return groupsFor(area).map(({ panes, rect }) => ({
    panes,
    rect,
    shown: state.recent.find((pane) => panes.includes(pane)) ?? panes[0] ?? 'board',
  }));
}

interface PaneGroup {
  readonly panes: readonly Pane[];
  readonly rect: Rect;
}

function groupsFor(area: Rect): PaneGroup[] {
  if (area.width >= WIDE) {
    const [left, right] = beside(area, 0.6);
    const board = stacked(left, [
      [['board'], 0.64],
      [['log'], 0.36],
    ]);
    const rest: readonly Share[] =
      area.height >= TALL
        ? [
            [['queue'], 0.25],
            [['history'], 0.28],
            [['files'], 0.17],
            [['metrics'], 0.3],
          ]
        : [
            [['queue'], 0.36],
            [['history', 'metrics'], 0.36],
            [['files'], 0.28],
          ];
    return [...board, ...stacked(right, rest)];
  }
  const [top, bottom] = split(area, Math.round(area.height * 0.6));
  if (area.width < MEDIUM.columns || area.height < MEDIUM.rows)
    return [
      { panes: ['board'], rect: top },
      { panes: PANES.filter((pane) => pane !== 'board'), rect: bottom },
    ];
  const [left, right] = beside(bottom, 0.56);
  return [
    { panes: ['board'], rect: top },
    { panes: ['log', 'files'], rect: left },
    { panes: ['queue', 'history', 'metrics'], rect: right },
  ];
}

type Share = readonly [panes: readonly Pane[], share: number];

/** One below the other, each with its share of the height; the last one has what is left. */
function stacked(rect: Rect, shares: readonly Share[]): PaneGroup[] {
  let y = rect.y;
  return shares.map(([panes, share], index) => {
    const isLast = index === shares.length - 1;
    const height = isLast ? rect.y + rect.height - y : Math.round(rect.height * share);
    const placed = { panes, rect: { ...rect, y, height } };
    y += height;
    return placed;
  });
}

const split = (rect: Rect, height: number): [Rect, Rect] => [
  { ...rect, height },
  { ...rect, y: rect.y + height, height: rect.height - height },
];

function beside(rect: Rect, share: number): [Rect, Rect] {
  const width = Math.round(rect.width * share);
  return [
    { ...rect, width },
    { ...rect, x: rect.x + width, width: rect.width - width },
  ];
}

/** Which place has this cell; null: none. @param x @param y from 0 */
export const placedAt = (placed: readonly Placed[], x: number, y: number): Placed | null =>
  placed.find(({ rect }) => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height) ?? null;
