import { queueLines } from '../../report/queue/queue.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';

/** The newest checks that have room beside all else, and those that a page of its own shows. */
const CHECKS = { pane: 5, page: 20 } as const;

/** What `kanban queue` prints. */
export function queueText(drawing: Drawing, width: number, limit: number = CHECKS.page): string[] {
  const { state, now, clock, palette } = drawing;
  if (state.snapshot === null) return [];
  return queueLines(state.snapshot, { now, clock, width, colour: palette.hasColour, limit });
}

export const queuePane = (drawing: Drawing, { width }: Room): PaneContent => ({
  lines: queueText(drawing, width - 2, CHECKS.pane).map((line) => ` ${line}`),
});
