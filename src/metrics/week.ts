/** Seconds. */
export const DAY = 86_400;
export const WEEK = 7 * DAY;
/** The first Monday of 1970. */
const FIRST_MONDAY = 4 * DAY;

/**
 * The week in the calendar of ISO 8601: weeks begin on Monday, and one belongs to the year that has its Thursday. UTC, so
 * that every clone counts the same. @param at epoch seconds @returns `2026-W45`
 */
export function weekOf(at: number): string {
  const { year, dayOfYear } = dayOf(weekStart(at) / DAY + 3);
  return `${year}-W${two(1 + Math.floor(dayOfYear / 7))}`;
}

/** The Monday of a week, `2026-11-02`. @param at epoch seconds */
export function weekDate(at: number): string {
  const { year, month, date } = dayOf(weekStart(at) / DAY);
  return `${year}-${two(month)}-${two(date)}`;
}

/** When the week begins, epoch seconds. @param at epoch seconds */
export const weekStart = (at: number): number => FIRST_MONDAY + Math.floor((at - FIRST_MONDAY) / WEEK) * WEEK;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  /** From 0. */
  readonly dayOfYear: number;
}

/** A day in the calendar. @param day days since 1970 (the algorithm is Howard Hinnant's `civil_from_days`) */
function dayOf(day: number): Day {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  // From 1 March.
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const isEarly = march >= 10;
  const year = yearOfEra + era * 400 + (isEarly ? 1 : 0);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return {
    year,
    month: march < 10 ? march + 3 : march - 9,
    date: ofYear - Math.floor((153 * march + 2) / 5) + 1,
    dayOfYear: isEarly ? ofYear - 306 : ofYear + 59 + (isLeap ? 1 : 0),
  };
}

const two = (number: number): string => String(number).padStart(2, '0');
