#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readExpenses } from './expenses.js';
import { renderTable, sumUp } from './report.js';

const USAGE = 'usage: tally FILE';

const { positionals } = parseArgs({
  allowPositionals: true,
  options: {},
});

if (positionals.length !== 1) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const expenses = readExpenses(readFileSync(positionals[0], 'utf8'));
    const sums = sumUp(expenses);
    console.log(renderTable(sums));
  } catch (error) {
    console.error(`tally: ${error.message}`);
    process.exitCode = 1;
  }
}
