import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpenses } from '../src/expenses.js';

const HEADING = 'date,category,amount,note\n';

test('each line below the heading is an expense', () => {
  assert.deepEqual(readExpenses(`${HEADING}2026-03-02,train,89.90,Hamburg and back\n`), [
    { date: '2026-03-02', category: 'train', cents: 8990, note: 'Hamburg and back' },
  ]);
});

test('an amount that cannot be read names its line', () => {
  assert.throws(() => readExpenses(`${HEADING}\n2026-03-02,train,much,\n`), { name: 'BadLine', line: 3 });
});

test('a file with only a heading has no expenses', () => {
  assert.deepEqual(readExpenses(HEADING), []);
});
