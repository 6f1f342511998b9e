const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/**
 * Reads a size as people write it: `64MB`, `1.5 GB`, `1GiB`. A unit is 1,024 of the one below.
 * @returns bytes, or null for anything else (no unit, an unknown one, negative)
 */
export function parseSize(text: string): number | null {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase().replace(/^([kmgt])ib$/, '$1b')];
  return factor === undefined ? null : Math.round(Number(number) * factor);
}
