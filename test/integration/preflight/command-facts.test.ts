import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readMissingCommands, readWithheld } from '../../../src/preflight/gather/command-facts.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-commands-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function settingsOf(yaml: string) {
  const read = parseWorkflow(`---\n${yaml}\n---\n`, 'WORKFLOW.md');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.settings;
}

it('I9: programs of hooks, runs and checks that are not on the PATH are named with their setting', async () => {
  const settings = settingsOf(
    'hooks: { after_create: "cd . && no-such-pnpm ci", before_run: "git status" }\nroles: { tester: { run: "no-such-go test" } }\nmerge_queue: { check: "./check.sh" }\nnotify: no-such-notifier',
  );
  expect(await readMissingCommands(settings, root)).toEqual([
    { setting: 'hooks.after_create', program: 'no-such-pnpm', needed: true },
    { setting: 'roles.tester.run', program: 'no-such-go', needed: true },
    { setting: 'notify', program: 'no-such-notifier', needed: false },
  ]);
});

it('variables that are set, named by a command or file, and withheld are listed; others are not', () => {
  writeFileSync(join(root, '.npmrc'), '//registry.example.com/:_authToken=${MY_NPM_TOKEN}\n');
  writeFileSync(join(root, '.env.example'), 'API_URL=\nUNSET_ONE=\n');
  const settings = settingsOf(
    'env: [PASSED]\nroles: { tester: { run: "test -n $PASSED && test -n ${USED_BY_TEST}" } }',
  );
  const inherited = {
    MY_NPM_TOKEN: 'x',
    API_URL: 'x',
    PASSED: 'x',
    USED_BY_TEST: 'x',
    SSH_AUTH_SOCK: 'x',
    UNRELATED: 'x',
    CARGO_HOME: '/c',
    PATH: '/bin',
  };
  expect(readWithheld(settings, root, inherited)).toEqual(['API_URL', 'MY_NPM_TOKEN', 'SSH_AUTH_SOCK', 'USED_BY_TEST']);
});
