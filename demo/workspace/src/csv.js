/**
 * Reads comma-separated values.
 * @param {string} text
 * @returns {{line: number, fields: string[]}[]} the rows that are not empty; lines count from 1
 */
export function parseCsv(text) {
  const rows = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    rows.push({ line: index + 1, fields: splitLine(line) });
  }
  return rows;
}

function splitLine(line) {
  return line.split(',').map((field) => field.trim());
}
