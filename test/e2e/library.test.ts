import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract/snapshot.ts';
import type { Board, Started } from '../../src/surfaces/board-types.ts';
import { SOURCE } from '../rig/build-once.ts';
import { until } from '../rig/waiting.ts';

const run = promisify(execFile);

let folder: string;
let consumer: string;
let root: string;

/** The package as npm would publish it, installed into a project of its own; and a repository with two entries. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-library-')));
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const name of [
    'package.json',
    'WORKFLOW.md',
    'CHANGELOG.md',
    'README.md',
    'LICENSE',
    'prompts',
    'board',
    'demo',
    'docs',
  ])
    cpSync(join(SOURCE, name), join(source, name), { recursive: true });
  for (const name of ['src', 'node_modules', 'build.mjs', 'types.mjs', 'tsconfig.json', 'tsconfig.types.json'])
    symlinkSync(join(SOURCE, name), join(source, name));
  await run(process.execPath, ['build.mjs'], { cwd: source });
  await run(process.execPath, ['types.mjs'], { cwd: source });
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: source });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  consumer = join(folder, 'consumer');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(source, filename)], { cwd: consumer });
  symlinkSync(join(SOURCE, 'node_modules', '@types'), join(consumer, 'node_modules', '@types'));
  root = join(consumer, 'repository');
  makeRepository();
  size = statSync(join(source, filename)).size;
});

let size = 0;

afterAll(() => {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

function makeRepository(): void {
  mkdirSync(join(root, 'board'), { recursive: true });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  cpSync(join(SOURCE, 'prompts'), join(root, 'prompts'), { recursive: true });
  writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: main\nsettle: 0s\n---\n\nRules.\n');
  writeFileSync(join(root, '.gitignore'), '.kanban/\n.worktrees/\n');
  writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n');
  const script = '```sh\necho hello from the script\necho hello > hello.txt\n```\n';
  writeFileSync(
    join(root, 'board/TODO.md'),
    `# TODO\n\n## T-1: Say hello\n\n${script}\n## [PAUSED] T-2: Later\n\n${script}`,
  );
  for (const column of ['IN_PROGRESS', 'REVIEW', 'TESTING'])
    writeFileSync(join(root, `board/${column}.md`), `# ${column}\n`);
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
}

function stopAll(): void {
  try {
    execFileSync(process.execPath, [join(consumer, 'node_modules/file-kanban/dist/cli.js'), 'stop', '--now'], {
      cwd: root,
    });
  } catch {
    // None was running.
  }
}

/** The programs of docs/library.md, in their order. */
const EXAMPLES = [...readFileSync(join(SOURCE, 'docs/library.md'), 'utf8').matchAll(/^```js\n([^]*?)^```$/gm)].map(
  ([, program = '']) => program,
);

async function play(index: number): Promise<string> {
  const file = join(root, `.kanban-example-${index}.mjs`);
  writeFileSync(file, EXAMPLES[index] ?? '');
  try {
    return (await run(process.execPath, [file], { cwd: root, timeout: 150_000 })).stdout;
  } finally {
    rmSync(file, { force: true });
  }
}

/** No coordinator is running. */
const isFree = (): boolean => {
  const out = execFileSync(
    process.execPath,
    [join(consumer, 'node_modules/file-kanban/dist/cli.js'), 'status', '--json'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return (JSON.parse(out) as { coordinator: unknown }).coordinator === null;
};

describe('the published package', () => {
  it('has less than 1.5 MB, and types that a strict project can use', async () => {
    expect(size).toBeGreaterThan(100_000);
    expect(size).toBeLessThan(1_500_000);
    const use = `
import { applyPatch, BoardError, openBoard, type Board, type BoardChange, type Snapshot } from 'file-kanban';
const board: Board = openBoard('.', { env: process.env });
const snapshot: Snapshot = await board.snapshot();
const titles: string[] = snapshot.entries.map(({ title }) => title);
for await (const change of board.follow({ signal: AbortSignal.timeout(1) })) {
  const { seq, patch }: BoardChange = change;
  const next: Snapshot = applyPatch(null, patch);
  console.log(seq, next.at, titles);
}
for await (const { event } of board.events({ kinds: ['injected'], limit: 1 })) if (event.type === 'injected') console.log(event.text);
const { criteria, was } = await board.entry('T-1');
const reply = await board.request({ command: 'edit', taskId: 'T-1', text: '', ...(was === null ? {} : { was }) });
console.log(criteria.length, reply.ok);
// @ts-expect-error there is no such command
await board.request({ command: 'fly', taskId: null });
try { await board.output('T-1'); } catch (error) { if (error instanceof BoardError) console.log(error.problems[0]?.fix); }
`;
    writeFileSync(join(consumer, 'use.ts'), use);
    const options = {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
    };
    const compilerOptions = { ...options, module: 'nodenext', target: 'es2023', noEmit: true, types: ['node'] };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    await run(join(SOURCE, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: consumer }).catch(
      (error: { stdout: string }) => {
        throw new Error(error.stdout);
      },
    );
  });

  it('has a page whose programs do what they say', async () => {
    expect(EXAMPLES).toHaveLength(9);
    expect(await play(0)).toMatch(
      /^main: 2 entries\nT-1 Say hello TODO ready .*\nT-2 Later TODO needs-person paused.*\n$/,
    );
    expect(await play(1)).toMatch(/^true T-3 40\ntrue\nfalse .*\ntrue\n$/);
    expect(await play(2)).toBe('1 T-4: ticked: it is polite\nfalse\ntrue\ntrue\n');
    expect(git('log', '-1', '--format=%(trailers:key=Kanban-By)')).toBe(
      'Kanban-By: T-4 Ada <ada@example.com> via example\n\n',
    );
    expect(await play(3)).toBe(
      'the 2 entries can be added; nothing was written\ntrue 2 true 40\nfalse unknown-dependency\n',
    );
    const followed = await play(4);
    expect(followed).toContain('T-1 has left the board');
    expect(followed).toMatch(/T-1 IN_PROGRESS running/);
    expect(readFileSync(join(root, 'hello.txt'), 'utf8')).toBe('hello\n');
    await until(isFree);
    const events = await play(5);
    expect(events).toMatch(/run-started T-1\n/);
    expect(events).toMatch(/entry-landed T-1\n/);
    expect(await play(6)).toBe('true true\nlanded CHANGELOG.md hello.txt true\n');
    expect(await play(7)).toMatch(/^T-1-\S+ shell\n/);
    const life = await play(8);
    expect(life).toMatch(/^true true false\n/);
    expect(life).toMatch(/\ninjected T-2 high\n$/);
    await until(isFree);
  });

  it('follows past the death of a coordinator, and beside the next one', async () => {
    const { openBoard } = (await import(
      pathToFileURL(join(consumer, 'node_modules/file-kanban/dist/index.js')).href
    )) as { openBoard: (folder: string) => Board };
    const board = openBoard(root);
    const { id = '' } = await board.request({ command: 'add', taskId: null, text: '## [PAUSED] T-?: Still\n' });
    const seen: { pid: number | null; titles: string[] }[] = [];
    const following = (async () => {
      for await (const { snapshot } of board.follow())
        seen.push({ pid: snapshot.coordinator?.pid ?? null, titles: snapshot.entries.map(({ title }) => title) });
    })();
    const rename = async (title: string): Promise<void> => {
      const { text, was } = await board.entry(id);
      const renamed = text!.replace(/: .*/, `: ${title}`);
      expect(await board.request({ command: 'edit', taskId: id, text: renamed, was: was! })).toMatchObject({
        ok: true,
      });
      await until(() => seen.at(-1)?.titles.includes(title) === true);
    };
    try {
      // What begins with a dash is an id here, and no option.
      expect(await board.start({ only: ['--help'] })).toMatchObject({ ok: false });
      const first = (await board.start()) as Started;
      await until(() => seen.at(-1)?.pid === first.pid);
      await rename('beside the first');
      process.kill(first.pid, 'SIGKILL');
      await until(() => seen.at(-1)?.pid === null);
      await rename('without one');
      const second = (await board.start()) as Started;
      expect(second).toMatchObject({ ok: true, started: true });
      // The snapshot that the first one left is not taken for its own.
      const kept = JSON.parse(readFileSync(join(root, '.kanban/snapshot.json'), 'utf8')) as Snapshot;
      expect(kept.coordinator?.pid).toBe(second.pid);
      await until(() => seen.at(-1)?.pid === second.pid);
      await rename('beside the second');
      await board.stop();
      await until(() => seen.at(-1)?.pid === null);
    } finally {
      board.close();
    }
    await following;
  });
});
