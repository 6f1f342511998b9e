import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable, sumUp } from '../src/report.js';

const expenses = [
  { date: '2026-03-02', category: 'train', cents: 8990, note: '' },
  { date: '2026-03-03', category: 'meals', cents: 3140, note: '' },
  { date: '2026-04-14', category: 'train', cents: 4855, note: '' },
];

test('expenses are added up by category, in alphabetical order', () => {
  const { groups } = sumUp(expenses);
  assert.deepEqual(
    groups.map(({ name, cents }) => [name, cents]),
    [['meals', 3140], ['train', 13845]],
  );
});

test('no cent is lost: what was spent is what the table says', () => {
  const { total } = sumUp(expenses);
  assert.equal(total, 16985);
  assert.match(renderTable(sumUp(expenses)), /^total +169\.85/m);
});

test('without expenses there is only a total, of nothing', () => {
  const table = renderTable(sumUp([]));
  assert.match(table, /^total +0\.00/);
  assert.doesNotMatch(table, /NaN|Infinity/);
});
