import type { Request } from '../contract/request.ts';
import { object, optional, pid, text, time } from '../contract/shape.ts';

const COMMANDS: Readonly<Record<Request['command'], true>> = {
  add: true,
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

export function parseRequest(json: string, id: string): Request | null {
  const value = parseJson(json) as Partial<Request> | null;
  if (typeof value !== 'object' || value === null) return null;
  const { at, by, command, taskId, why, text: entry, fixed, now } = value;
  const sound =
    value.id === id &&
    time(at) &&
    typeof by?.name === 'string' &&
    typeof by.email === 'string' &&
    typeof command === 'string' &&
    Object.hasOwn(COMMANDS, command) &&
    (taskId === null || typeof taskId === 'string') &&
    typeof why === 'string' &&
    isOptional(entry, 'string') &&
    isOptional(fixed, 'boolean') &&
    isOptional(now, 'boolean') &&
    isOrigin(value.origin) &&
    isSender(value.from);
  return sound ? (value as Request) : null;
}

const isOrigin = optional(object({ run: text(300), taskId: text(300) }));

const isSender = optional(object({ pid, startTime: text(300), pidNamespace: text(300) }));

const isOptional = (value: unknown, type: 'string' | 'boolean'): boolean =>
  value === undefined || typeof value === type;

export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}
