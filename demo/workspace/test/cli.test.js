import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const sample = fileURLToPath(new URL('../sample/expenses.csv', import.meta.url));
const tally = (...args) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

test('the sample adds up', () => {
  const { status, stdout } = tally(sample);
  assert.equal(status, 0);
  assert.match(stdout, /^total +515\.00/m);
});

test('without a file it says how it is used', () => {
  const { status, stderr } = tally();
  assert.equal(status, 2);
  assert.match(stderr, /^usage: /);
});

test('a file that cannot be read is said, with exit code 1', () => {
  const { status, stderr } = tally('missing.csv');
  assert.equal(status, 1);
  assert.match(stderr, /^tally: /);
});
