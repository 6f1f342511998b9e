/**
 * Reads an amount such as `12.50`, `-3` or `0.5`.
 * @param {string} text
 * @returns {number | null} cents; null if it is no amount
 */
export function parseAmount(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return null;
  const cents = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'));
  return match[1] === '-' ? -cents : cents;
}

/**
 * Writes cents as an amount with two places.
 * @param {number} cents
 * @returns {string}
 */
export function formatAmount(cents) {
  const whole = Math.floor(cents / 100);
  const rest = cents % 100;
  return `${whole}.${String(rest).padStart(2, '0')}`;
}
