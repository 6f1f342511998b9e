import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from '../src/csv.js';

test('fields are separated by commas and trimmed', () => {
  assert.deepEqual(parseCsv('a, b ,c'), [{ line: 1, fields: ['a', 'b', 'c'] }]);
});

test('empty lines are left out, and lines keep their numbers', () => {
  assert.deepEqual(
    parseCsv('a\r\n\r\nb\n').map(({ line }) => line),
    [1, 3],
  );
});

test('an empty text has no rows', () => {
  assert.deepEqual(parseCsv(''), []);
});
