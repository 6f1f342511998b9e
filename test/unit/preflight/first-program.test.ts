import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstProgram } from '../../../src/preflight/command-line/first-program.ts';

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
  ['set -euo pipefail; make test', 'make'],
  ['set -n; make test', null],
  ['# nothing\nmake test', 'make'],
  ['(make test)', null],
  ['if make test; then echo ok; fi', null],
  ['for f in *; do x; done', null],
  ['. ./env.sh && tool', null],
  ['true', null],
  ['', null],
  ['echo "Building; please wait" && make', 'make'],
  ["echo 'a && b | c' && make", 'make'],
  ['# install; then build\nnpm test', 'npm'],
  ["echo it's # open\nnpm test", null],
  ['pnpm install || npm ci', null],
  ['make "a || b"', 'make'],
  ['make # a || b', 'make'],
  ['foo() { echo x; }; foo', null],
  ['foo () { echo x; }\nfoo', null],
  ['function foo { echo x; }; foo', null],
  ['export PATH=$PWD/bin:$PATH && mytool', null],
  ['PATH=$PWD/bin:$PATH mytool', null],
  ['PATH=$PWD/bin:$PATH; mytool', null],
  ['export FOO=1; mytool', 'mytool'],
  ['cat <<EOF > x; make\npnpm\nEOF', 'cat'],
  ['echo <<EOF\npnpm; x\nEOF\nmake', null],
  ['make -j$(nproc) || true', null],
  ['make -j$(nproc)', 'make'],
  ['make -j"${JOBS:-2}" all', 'make'],
  ['! mytool', null],
  ['{ mytool; }', null],
  ['case $x in a) mytool;; esac', null],
  ['test -f package.json && pnpm ci', null],
  ['my\\\ntool run', 'mytool'],
  ['> log mytool', null],
  ['~/bin/tool', null],
  ['alias x=y; x', null],
])('%s starts %s', (command, program) => expect(firstProgram(command)?.name ?? null).toBe(program));

it.each([
  ['pnpm ci', true],
  ['cd web && pnpm ci && pnpm build', true],
  ['set -e\npnpm ci\npnpm build', true],
  ['exec pnpm ci > log 2>&1', true],
  ['pnpm ci; true', false],
  ['pnpm ci\ntrue', false],
  ['pnpm ls | cat', false],
  ['pnpm ci &', false],
  ['set -e; pnpm ci && x; true', false],
  ['pnpm ci --dir "$(pwd)"; true', false],
])('without its first program, %s fails as a whole: %s', (command, isVital) =>
  expect(firstProgram(command)).toEqual({ name: 'pnpm', isVital }),
);

it(
  'I9: what any command starts first, and whether it fails without it, is what sh makes of it',
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanban-first-program-'));
    try {
      const bin = join(folder, 'bin');
      const work = join(folder, 'work');
      for (const path of [bin, join(work, 'web')]) mkdirSync(path, { recursive: true });
      writeFileSync(join(bin, 'here'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
      for (const name of ['env', 'cat']) symlinkSync(`/usr/bin/${name}`, join(bin, name));
      let seed = 7;
      const below = (most: number): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor((seed / 2_147_483_648) * most);
      };
      const one = (from: readonly string[]): string => from[below(from.length)] ?? '';
      let judged = 0;
      for (let round = 0; round < 1_500; round += 1) {
        let command = '';
        for (let part = 1 + below(5); part > 0; part -= 1)
          command += `${one(PARTS)}${one(ARGUMENTS)}${part === 1 ? one(['', ' # a; b', '\n', ' &']) : one(BETWEEN)}`;
        const first = firstProgram(command);
        if (first === null || ['here', 'cat'].includes(first.name)) continue;
        const options = { cwd: work, env: { PATH: bin }, encoding: 'utf8' as const };
        if (spawnSync('/bin/sh', ['-n', '-c', command], options).status !== 0) continue;
        const { status, stderr } = spawnSync('/bin/sh', ['-c', command], options);
        // Arguments that no builtin takes.
        if (stderr.includes('bad variable name')) continue;
        judged += 1;
        expect({ command, first, stderr }).toMatchObject({
          stderr: expect.stringMatching(`${first.name}.*(not found|No such file)`),
        });
        if (first.isVital) expect({ command, first, status }).not.toMatchObject({ status: 0 });
      }
      expect(judged).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** `gone…` are not there. */
const PARTS = [
  'gone1', 'gone2', 'gone3', 'here', 'here', 'echo', 'cd web', 'true', ':', 'set -e', 'export A=1', 'A=1 gone4', 'A=1',
  'env A=1 gone5', 'exec gone6', '"gone7"', "'here'", '\\gone8', '# gone9; gone9', 'f() { gone1; }', 'f', '(gone1)',
  '{ gone2; }', '! gone3', 'if here', 'then gone1', 'fi', 'export PATH=/', 'command -v gone1', 'test -d web', 'false',
  'unset A', 'while false', 'do gone2', 'done', 'exit 0', 'eval "here"', '$A gone3', 'go\\\nne1', 'cat <<X\ngone1; x\nX\n',
]; // prettier-ignore
const ARGUMENTS = [
  '',
  '',
  '',
  ' x',
  ' "a; gone1"',
  " 'b && gone2'",
  ' "$(here)"',
  ' a\\;b',
  ' > out',
  ' 3>&1',
  ' "$A"',
  ' #c',
  ' `here`',
];
const BETWEEN = [' && ', ' && ', ' && ', '; ', '\n', ' | ', ' || ', ' & ', ' &&\n', ';\n', '\n\n'];
