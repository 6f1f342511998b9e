import type { Clock } from '../../report/span.ts';

/** Moments in local time: `14:32`; another day with its date, `21 Nov 14:32`. @param now epoch ms */
export function localClock(now: number): Clock {
  const today = new Date(now).toDateString();
  return (at) => {
    const date = new Date(at);
    const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return date.toDateString() === today ? time : `${dayOf(date)} ${time}`;
  };
}

/** `14:32:05`, for the lines of events. */
export const stampClock: Clock = (at) => {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** `2026-11-20 14:32`, for the history. */
export const dateClock: Clock = (at) => {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
};

/** Not by Intl: loading it costs a tenth of what `kanban status` may take. */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const dayOf = (date: Date): string => `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
const two = (number: number): string => String(number).padStart(2, '0');
