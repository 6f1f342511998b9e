/** A JSON object as an agent printed it: nothing is known of its members. */
export type Printed = Readonly<Record<string, unknown>>;

/** The JSON object on a line of output; null: something else. */
export function printedObject(line: string): Printed | null {
  if (!line.startsWith('{')) return null;
  try {
    return asObject(JSON.parse(line));
  } catch {
    return null;
  }
}

/** @returns null for anything but an object (an array is none). */
export function asObject(value: unknown): Printed | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Printed) : null;
}

/** @returns '' for anything but a string. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @returns undefined for anything but a finite number. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** @returns [] for anything but an array. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
