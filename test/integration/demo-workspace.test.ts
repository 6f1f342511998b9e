import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { afterAll, describe, expect, test } from 'vitest';

/**
 * Holds the demo's content, without any of the product: each block is run by sh on a branch of a plain git repository,
 * tested by `node --test`, and merged. It guards that the demo shows what it promises: T-5 fails once, T-6 twice.
 */

const demo = fileURLToPath(new URL('../../demo', import.meta.url));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-demo-content-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Task {
  readonly id: string;
  readonly depends: readonly string[];
  readonly files: readonly string[];
  readonly block: string;
}

const tasks = [
  ...readFileSync(join(demo, 'TODO.md'), 'utf8').matchAll(/^## (T-\d+): .+\n((?:(?!^## T-)[^\n]*\n)*)/gm),
].map((match) => readTask(match[1] ?? '', match[2] ?? ''));
const note = readTask('T-9', readFileSync(join(demo, 'NOTE.md'), 'utf8').replaceAll(/^ {2}/gm, ''));

function readTask(id: string, text: string): Task {
  const list = (key: string): string[] => new RegExp(`^- ${key}: (.+)$`, 'm').exec(text)?.[1]?.split(/, */) ?? [];
  return { id, depends: list('depends'), files: list('files'), block: /^```sh\n([^]*?)^```$/m.exec(text)?.[1] ?? '' };
}

const ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !name.startsWith('NODE_') && !name.startsWith('GIT_') && !name.startsWith('KANBAN_'),
  ),
);

interface Ended {
  readonly ok: boolean;
  readonly output: string;
}

function run(cwd: string, file: string, args: readonly string[], env: Record<string, string> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env: { ...ENV, ...env }, encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

/** A repository with the demo's workspace as its first commit. */
class Repository {
  readonly root: string;
  readonly #worktrees: string;

  constructor(name: string) {
    this.root = join(scratch, name);
    this.#worktrees = join(scratch, `${name}-worktrees`);
    cpSync(join(demo, 'workspace'), this.root, { recursive: true });
    this.git(this.root, 'init', '-q', '-b', 'main', '--template=');
    for (const [key, value] of [
      ['user.name', 'Test'],
      ['user.email', 'test@example.invalid'],
      ['commit.gpgsign', 'false'],
      ['core.autocrlf', 'false'],
    ])
      this.git(this.root, 'config', key ?? '', value ?? '');
    this.commit(this.root, 'the workspace');
  }

  git(cwd: string, ...args: string[]): string {
    const { ok, output } = run(cwd, 'git', args);
    if (!ok) throw new Error(`git ${args.join(' ')}: ${output}`);
    return output.trim();
  }

  commit(cwd: string, message: string): void {
    this.git(cwd, 'add', '-A');
    this.git(cwd, 'commit', '-q', '-m', message);
  }

  /** A branch from main, in a worktree of its own. */
  branch(id: string): string {
    const path = join(this.#worktrees, id);
    this.git(this.root, 'worktree', 'add', '-q', '--no-track', '-b', id, path, 'main');
    return path;
  }

  /** Merges main, like the tester does. */
  update(id: string): void {
    this.git(join(this.#worktrees, id), 'merge', '-q', '--no-edit', 'main');
  }

  land(id: string): void {
    this.git(this.root, 'merge', '-q', '--no-ff', '-m', `${id} landed`, id);
  }

  changed(id: string): string[] {
    return this.git(this.root, 'diff', '--name-only', `main...${id}`).split('\n');
  }
}

const findings = join(scratch, 'findings.md');
writeFileSync(findings, 'what the tester found\n');

/** Runs the block as the `shell` agent would, and commits; a second attempt is given findings. */
function work(repository: Repository, path: string, task: Task, attempt: 1 | 2): void {
  const env = {
    KANBAN_BASE: 'main',
    KANBAN_ATTEMPT: String(attempt),
    KANBAN_REPORT: join(scratch, 'report.md'),
    ...(attempt === 2 ? { KANBAN_FINDINGS: findings } : {}),
  };
  const { ok, output } = run(path, 'sh', ['-e', '-c', task.block], env);
  expect(ok, `${task.id}, attempt ${attempt}: ${output}`).toBe(true);
  repository.commit(path, `${task.id}: attempt ${attempt}`);
}

const testsOf = (path: string): Ended => run(path, 'sh', ['-c', 'node --test --test-reporter=spec test/*.test.js']);

const byId = (id: string): Task =>
  [...tasks, note].find((task) => task.id === id) ?? expect.fail(`${id} is not in the demo`);

/** Branches of one wave are cut from the same main: what depends on nothing that is still to land. */
const WAVES = [['T-1', 'T-2', 'T-6'], ['T-3', 'T-7'], ['T-4', 'T-5', 'T-9'], ['T-8']] as const;

describe('the demo', () => {
  test('has eight entries with blocks, and a note with one', () => {
    expect(tasks.map(({ id }) => id)).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6', 'T-7', 'T-8']);
    for (const { id, block, files } of [...tasks, note])
      expect([id, block !== '', files.length > 0]).toEqual([id, true, true]);
    const before = new Set<string>();
    for (const wave of WAVES) {
      for (const id of wave)
        for (const needed of byId(id).depends) expect(before, `${id} waits for ${needed}`).toContain(needed);
      for (const id of wave) before.add(id);
    }
  });

  test('its workspace is green before any task', () => {
    const repository = new Repository('before');
    const { ok, output } = testsOf(repository.root);
    expect(ok, output).toBe(true);
  });

  test(
    'each task passes the first time, but T-5, which is fixed, and T-6, which never does',
    { timeout: 240_000 },
    () => {
      const repository = new Repository('in order');
      const failures: string[] = [];
      for (const wave of WAVES) {
        const paths = wave.map((id) => ({ task: byId(id), path: repository.branch(id) }));
        for (const { task, path } of paths) work(repository, path, task, 1);
        for (const { task, path } of paths) {
          expect(
            repository.changed(task.id).filter((file) => !picomatch([...task.files])(file)),
            `${task.id} keeps to its files`,
          ).toEqual([]);
          for (const attempt of [1, 2] as const) {
            if (attempt === 2) work(repository, path, task, 2);
            repository.update(task.id);
            const { ok, output } = testsOf(path);
            if (!ok) failures.push(`${task.id} ${attempt}: ${/✖ (.+?) \(/.exec(output)?.[1] ?? output}`);
            if (ok) break;
          }
          if (task.id !== 'T-6') repository.land(task.id);
        }
      }
      expect(failures).toEqual([
        'T-6 1: no cent is lost: what was spent is what the table says',
        'T-6 2: no cent is lost: what was spent is what the table says',
        'T-5 1: without expenses there is only a total, of nothing',
      ]);
      const { output } = run(repository.root, 'node', ['src/cli.js', '--by', 'month', 'sample/expenses.csv']);
      expect(output).toBe('2026-03       443.00   86%\n2026-04        72.00   14%\ntotal         515.00  100%\n');
    },
  );

  test(
    'branches of one wave merge in the other order too, and T-2 may be the last of all',
    { timeout: 240_000 },
    () => {
      const repository = new Repository('other order');
      const late = 'T-2';
      work(repository, repository.branch(late), byId(late), 1);
      for (const wave of WAVES) {
        const ids = wave.filter((id) => id !== late && id !== 'T-6').toReversed();
        const paths = ids.map((id) => ({ task: byId(id), path: repository.branch(id) }));
        for (const { task, path } of paths) work(repository, path, task, 1);
        for (const { task, path } of paths) {
          if (task.id === 'T-5') work(repository, path, task, 2);
          repository.land(task.id);
        }
      }
      repository.land(late);
      const { ok, output } = testsOf(repository.root);
      expect(ok, output).toBe(true);
    },
  );
});
