import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, parseAmount } from '../src/money.js';

test('amounts are read as cents', () => {
  assert.equal(parseAmount('12.50'), 1250);
  assert.equal(parseAmount('0.5'), 50);
  assert.equal(parseAmount('-3'), -300);
});

test('what is no amount is null', () => {
  for (const text of ['', '12.345', '1 2', 'twelve', '1e3']) assert.equal(parseAmount(text), null, text);
});

test('cents are written with two places', () => {
  assert.equal(formatAmount(1250), '12.50');
  assert.equal(formatAmount(7), '0.07');
  assert.equal(formatAmount(0), '0.00');
});
