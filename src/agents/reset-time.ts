/**
 * When a limit ends, by the words of Claude Code: `limit reached|1795190741` (epoch seconds), `resets 3pm`,
 * `resets 5:05pm (Europe/Berlin)`, `resets Nov 22, 10:39pm (UTC)`. A time without a zone is one of this machine's; where
 * the clocks change in between it is an hour off.
 * @param now epoch ms
 * @returns epoch ms; null = it doesn't say, or no time that can be read
 */
export function resetTime(text: string, now: number): number | null {
  const seconds = /limit reached\|(\d{10})\b/i.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1_000;
  const { month, day, hour, minute = '0', half = '', zone } = RESETS.exec(text)?.groups ?? {};
  const here = hour === undefined ? null : wallClock(now, zone);
  if (here === null) return null;
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const sinceNow = hours * 60 + Number(minute) - here.minutes;
  const days = month === undefined ? daysBetween(sinceNow) : daysUntil(month.toLowerCase(), Number(day), here);
  return now - (now % MINUTE) + (days * DAY + sinceNow) * MINUTE;
}

const RESETS =
  /\bresets (?:at )?(?:(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?<day>\d{1,2})(?:, \d{4})?,? (?:at )?)?(?<hour>\d{1,2})(?::(?<minute>\d\d))? ?(?<half>am|pm)(?: \((?<zone>[\w/+-]+)\))?/i;
/**
 * A time without a date is the nearest that makes sense: one that passed within the last hours has just ended (the line was
 * printed before it, or read late), and is no time of tomorrow.
 */
const daysBetween = (sinceNow: number): number => (sinceNow < -LATEST ? 1 : sinceNow > DAY - LATEST ? -1 : 0);

const MINUTE = 60_000;
/** In minutes. */
const DAY = 24 * 60;
/** A limit that ended so long ago at most is taken for over. The shortest limits that name a time last five hours. */
const LATEST = 2 * 60;

interface WallClock {
  readonly year: number;
  readonly day: number;
  /** Since midnight. */
  readonly minutes: number;
}

/** What calendar and clock show in a zone; `day` is counted from the first of January. null: there is no such zone. */
function wallClock(at: number, zone: string | undefined): WallClock | null {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      ...(zone === undefined ? {} : { timeZone: zone }),
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    }).formatToParts(at);
    const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
    const year = part('year');
    return { year, day: dayOfYear(year, part('month') - 1, part('day')), minutes: part('hour') * 60 + part('minute') };
  } catch {
    return null;
  }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function dayOfYear(year: number, month: number, day: number): number {
  const before = DAYS.slice(0, month).reduce((sum, days) => sum + days, 0);
  return before + (month > 1 && isLeap(year) ? 1 : 0) + day - 1;
}

/** A day of the year that is long over is one of the next. */
function daysUntil(month: string, day: number, here: WallClock): number {
  const days = dayOfYear(here.year, MONTHS.indexOf(month), day) - here.day;
  return days < -182 ? days + (isLeap(here.year) ? 366 : 365) : days;
}
