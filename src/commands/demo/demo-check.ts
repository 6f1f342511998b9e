import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COLUMNS } from '../../board/entry.ts';
import { git } from '../../git/git.ts';
import type { DemoContent } from './demo-repository.ts';
import * as messages from './messages.ts';

/**
 * Compares the end of the demo with what it promises.
 * @returns what differs, as text; empty = all is as promised
 */
export async function checkDemo(root: string, content: DemoContent, exitCode: number | null): Promise<string[]> {
  const trailers = await readTrailers(root);
  return [
    ...(exitCode === 4
      ? []
      : [messages.wrongExitCode(exitCode)]),
    ...landings(content, trailers),
    ...board(root, content),
    ...changelog(root, content),
    ...failures(content, trailers),
    ...(await leftovers(root, content)),
    ...((await testsPass(root)) ? [] : [messages.TESTS_FAIL]),
  ];
}

/** The ids that land: all but the escalated one, and the note's. */
const toLand = ({ ids, escalated, noteId }: DemoContent): string[] => [...ids.filter((id) => id !== escalated), noteId];

async function readTrailers(root: string): Promise<string[]> {
  const format = '--format=%(trailers:key=Kanban-Move,valueonly)%(trailers:key=Kanban-Verdict,valueonly)';
  const { stdout } = await git(['log', '--first-parent', format, 'refs/heads/main'], { cwd: root });
  return stdout.split('\n');
}

function landings(content: DemoContent, trailers: readonly string[]): string[] {
  const landed = trailers.flatMap((line) => /^(\S+) TESTING -> CHANGELOG$/.exec(line)?.[1] ?? []);
  const expected = toLand(content);
  return [
    ...expected.filter((id) => !landed.includes(id)).map(messages.notLanded),
    ...landed.filter((id) => !expected.includes(id)).map(messages.landedUnexpectedly),
    ...expected.filter((id) => landed.indexOf(id) !== landed.lastIndexOf(id)).map(messages.landedTwice),
  ];
}

/** Nothing but the escalated entry, in REVIEW. */
function board(root: string, { escalated, noteTitle }: DemoContent): string[] {
  const lines = COLUMNS.flatMap((column) => {
    const path = join(root, 'board', `${column}.md`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return text
      .split('\n')
      .filter((line) => /^## .*\bT-\d+\b/.test(line) || line === `- [ ] ${noteTitle}`)
      .map((line) => `${column}: ${line}`);
  });
  const isExpected = (line: string): boolean => line.startsWith(`REVIEW: ## [ESCALATED] ${escalated}: `);
  return [
    ...(lines.some(isExpected) ? [] : [messages.notEscalated(escalated)]),
    ...lines.filter((line) => !isExpected(line)).map(messages.stillOnBoard),
  ];
}

function changelog(root: string, content: DemoContent): string[] {
  const path = join(root, 'CHANGELOG.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return toLand(content)
    .filter((id) => text.split('\n').filter((line) => line.startsWith('- ') && line.endsWith(`(${id})`)).length !== 1)
    .map(messages.noChangelogLine);
}

function failures({ fixed, escalated }: DemoContent, trailers: readonly string[]): string[] {
  const times = (id: string): number => trailers.filter((line) => line === `${id} tester failed`).length;
  return [
    ...(times(fixed) === 1 ? [] : [messages.wrongFailures(fixed, times(fixed), 'once')]),
    ...(times(escalated) === 2 ? [] : [messages.wrongFailures(escalated, times(escalated), 'twice')]),
  ];
}

/** The escalated entry keeps its branch and worktree; all else is gone, and the checkout is clean. */
async function leftovers(root: string, { escalated }: DemoContent): Promise<string[]> {
  const [branches, status] = await Promise.all([
    git(['for-each-ref', '--format=%(refname:short)', 'refs/heads'], { cwd: root }),
    git(['status', '--porcelain'], { cwd: root }),
  ]);
  const extra = branches.stdout.split('\n').filter((name) => name !== '' && name !== 'main' && name !== escalated);
  const folder = join(root, '.worktrees');
  const worktrees = existsSync(folder) ? readdirSync(folder).filter((name) => name !== escalated) : [];
  return [
    ...extra.map(messages.branchLeft),
    ...worktrees.map(messages.worktreeLeft),
    ...(status.stdout === '' ? [] : [messages.notClean(status.stdout.trimEnd())]),
  ];
}

/** What landed, together, passes its tests. */
async function testsPass(root: string): Promise<boolean> {
  const files = readdirSync(join(root, 'test')).map((name) => join('test', name));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--test', ...files], { cwd: root, env, stdio: 'ignore' });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}
