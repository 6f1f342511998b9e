import { formatAmount } from './money.js';

/**
 * Adds up expenses by category, in alphabetical order.
 * @param {{category: string, cents: number}[]} expenses
 * @returns {{total: number, groups: {name: string, cents: number}[]}} all in cents
 */
export function sumUp(expenses) {
  const sums = new Map();
  for (const { category, cents } of expenses) sums.set(category, (sums.get(category) ?? 0) + cents);
  const groups = [...sums].map(([name, cents]) => ({ name, cents })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const total = groups.reduce((sum, { cents }) => sum + cents, 0);
  return { total, groups };
}

/**
 * The sums as a table: a line for each group, then the total.
 * @param {ReturnType<typeof sumUp>} sums
 * @returns {string}
 */
export function renderTable({ total, groups }) {
  const lines = [...groups, { name: 'total', cents: total }];
  return lines.map(({ name, cents }) => `${name.padEnd(10)}${formatAmount(cents).padStart(10)}`).join('\n');
}
