// A reader of board files and CHANGELOG.md beside landings: it must find none missing or empty (I11).
//
//   node test/prove/readers.mjs [--landings 200]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { landings: { type: 'string', default: '200' } } });
const ROOT = join(import.meta.dirname, '../..');
const ended = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', 'test/integration/landing/readers.test.ts'],
  { cwd: ROOT, encoding: 'utf8', env: { ...process.env, KANBAN_LANDINGS: values.landings } },
);
const line = /^readers: .*$/m.exec(ended.stdout)?.[0];
console.log(ended.status === 0 && line !== undefined ? line : `${ended.stdout}\n${ended.stderr}`);
process.exitCode = ended.status ?? 1;
