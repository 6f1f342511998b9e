import { expect, it } from 'vitest';
import { firstProgram } from '../../../src/preflight/first-program.ts';

it.each([
  ['npm ci', 'npm'],
  ['cd web && pnpm install --frozen-lockfile', 'pnpm'],
  ['FOO=1 BAR="a b" go test ./...', 'go'],
  ['env -i go test', null],
  ['env FOO=1 go test', 'go'],
  ['exec cargo test', 'cargo'],
  ["'my tool' --x", 'my tool'],
  ['npx vitest', 'npx'],
  ['./test.sh', null],
  ['scripts/test.sh', null],
  ['/usr/bin/make test', '/usr/bin/make'],
  ['"$TOOL" run', null],
  ['$(which go) test', null],
  ['set -e\nmake test', 'make'],
  ['# nothing\nmake test', 'make'],
  ['(make test)', 'make'],
  ['if make test; then echo ok; fi', 'make'],
  ['for f in *; do x; done', null],
  ['. ./env.sh && tool', null],
  ['true', null],
  ['', null],
])('%s starts %s', (command, program) => expect(firstProgram(command)).toBe(program));
