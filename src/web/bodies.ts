import * as z from 'zod';
import type { BoardRequest, NewEntry } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';

/** Characters of a text of the board. */
const MAX_TEXT = 1024 * 1024;
const MAX_LINE = 2_000;

/** Control characters come from no keyboard; halves of characters can't be written to a file. */
const isTyped = (value: string): boolean => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|\p{Cs}/u.test(value);

const text = (most = MAX_TEXT) => z.string().max(most).refine(isTyped, messages.NOT_TYPED);
const line = (most = MAX_LINE) => text(most).refine((value) => !/[\r\n]/.test(value), messages.SEVERAL_LINES);
const list = (most: number) => z.array(line()).max(most).optional();

const COMMANDS: Readonly<Record<BoardRequest['command'], true>> = {
  add: true,
  move: true,
  edit: true,
  tick: true,
  comment: true,
  rm: true,
  prioritize: true,
  retry: true,
  rescope: true,
  deprioritize: true,
  abandon: true,
  approve: true,
  undo: true,
  stop: true,
  pause: true,
  resume: true,
};

/** `POST /api/request` */
export const boardRequest: z.ZodType<BoardRequest> = z.strictObject({
  command: z.enum(Object.keys(COMMANDS) as [BoardRequest['command']]),
  taskId: line(200).nullable(),
  why: text(20_000).optional(),
  text: text().optional(),
  keys: list(1_000),
  was: line(200).optional(),
  tip: line(200).nullable().optional(),
  criterion: text().optional(),
  done: z.boolean().optional(),
  to: line(200).optional(),
  before: line(200).optional(),
  position: z.enum(['top', 'bottom']).optional(),
  fixed: z.boolean().optional(),
  resume: z.boolean().optional(),
  now: z.boolean().optional(),
}) as z.ZodType<BoardRequest>;

const newEntry: z.ZodType<NewEntry> = z.strictObject({
  key: line(40).optional(),
  title: line(),
  text: text().optional(),
  criteria: list(200),
  files: list(200),
  depends: list(200),
  priority: line(40).optional(),
  agent: line(200).optional(),
  paused: z.boolean().optional(),
}) as z.ZodType<NewEntry>;

/** `POST /api/add` */
export const toAdd = z.strictObject({ entries: z.array(newEntry).min(1).max(100), dryRun: z.boolean().optional() });

/** `POST /api/inject` */
export const toInject = z.strictObject({
  id: line(200),
  message: text(200_000),
  priority: z.enum(['high', 'normal', 'low']).optional(),
});

/** `POST /api/ticket` */
export const toExchange = z.strictObject({ ticket: z.string().max(100) });

/** `POST /api/render` */
export const toRender = z.strictObject({ text: z.string().max(MAX_TEXT) });
