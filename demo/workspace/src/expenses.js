import { parseCsv } from './csv.js';
import { parseAmount } from './money.js';

/** A line of the file that can't be read as an expense. */
export class BadLine extends Error {
  constructor(line, what) {
    super(`line ${line}: ${what}`);
    this.name = 'BadLine';
    this.line = line;
  }
}

/**
 * Reads a file of expenses; its first line is the heading.
 * @param {string} text
 * @returns {{date: string, category: string, cents: number, note: string}[]}
 * @throws {BadLine} for the first line that is no expense
 */
export function readExpenses(text) {
  return parseCsv(text)
    .slice(1)
    .map(({ line, fields }) => {
      const [date = '', category = '', amount = '', note = ''] = fields;
      const cents = parseAmount(amount);
      if (cents === null) throw new BadLine(line, `"${amount}" is no amount`);
      return { date, category, cents, note };
    });
}
