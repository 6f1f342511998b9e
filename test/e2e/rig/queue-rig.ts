import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Kanban } from './kanban.ts';
import { until } from './until.ts';

/** A task that is tested already and waits to land. */
export interface Tested {
  readonly id: string;
  /** What its branch writes; null deletes. `<id>.txt` unless told. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** What its branch stands on; main unless told. */
  readonly on?: string;
  /** Lines below its fields. */
  readonly body?: string;
}

/** Settings for a queue with the check that the test drives. @param more further keys of `merge_queue`, as flow YAML pairs */
export const queue = (mode: 'serial' | 'batch', more = ''): string =>
  `merge_queue: { mode: ${mode}, check: 'sh "$KANBAN_ROOT/../steer/check.sh"'${more === '' ? '' : `, ${more}`} }\n`;

/** An entry that can be paused and resumed while T-1 has not landed. */
export const WAITS_FOR_ONE = '## T-90: Later\n\n- depends: T-1\n';
/** Objects of a move: a commit, two trees and a file. */
export const MOVE = 4;

const SCRIPT = `STEER="$KANBAN_ROOT/../steer"
n=1
until mkdir "$STEER/checks/$n" 2>/dev/null; do n=$((n + 1)); done
here="$STEER/checks/$n"
printf '%s' "$KANBAN_TASK" > "$here/tasks"
git rev-parse HEAD > "$here/commit"
trap 'echo $? > "$here/code"' EXIT
# pause NAME: says that it is there and waits until the test says \`go NAME\`
pause() { : > "$STEER/at/$1"; until [ -e "$STEER/go/$1" ]; do sleep 0.05; done; }
has() { [ -e "$1" ]; }
. "$STEER/check-plan"
`;

/** One call of the check. */
export interface Checked {
  readonly tasks: string;
  readonly commit: string;
  /** null: it did not come to its end. */
  readonly code: number | null;
}

/** The merge queue's side of a repository: tasks that wait to land, and a check that does what the test says. */
export class QueueRig {
  readonly kanban: Kanban;

  constructor(kanban: Kanban, tasks: readonly Tested[] = [], plan = 'exit 0') {
    this.kanban = kanban;
    mkdirSync(join(kanban.steer, 'checks'));
    writeFileSync(join(kanban.steer, 'check.sh'), SCRIPT);
    this.plan(plan);
    if (tasks.length > 0) this.#bringToTesting(tasks);
  }

  /** What the check does, in shell: `has FILE`, `pause NAME`, `$n` counts its calls from 1. */
  plan(script: string): void {
    writeFileSync(join(this.kanban.steer, 'check-plan.new'), `${script}\n`);
    renameSync(join(this.kanban.steer, 'check-plan.new'), join(this.kanban.steer, 'check-plan'));
  }

  /** All calls of the check, in their order. */
  get checks(): Checked[] {
    const folder = join(this.kanban.steer, 'checks');
    const read = (n: string, name: string): string | null =>
      existsSync(join(folder, n, name)) ? readFileSync(join(folder, n, name), 'utf8').trim() : null;
    return readdirSync(folder)
      .toSorted((a, b) => Number(a) - Number(b))
      .map((n) => {
        const code = read(n, 'code');
        return { tasks: read(n, 'tasks') ?? '', commit: read(n, 'commit') ?? '', code: code ? Number(code) : null };
      });
  }

  get tasksChecked(): string[] {
    return this.checks.map(({ tasks }) => tasks);
  }

  /** Work of a branch, committed there while whoever pleases has the branch checked out or not. @returns its tip */
  commitOn(branch: string, from: string, files: Readonly<Record<string, string | null>>): string {
    const { kanban } = this;
    const scratch = join(kanban.folder, `scratch-${branch}`);
    kanban.git('worktree', 'add', '-q', '--detach', scratch, from);
    for (const [path, text] of Object.entries(files))
      if (text === null) kanban.gitIn(scratch, 'rm', '-q', path);
      else writeFileSync(join(scratch, path), text);
    kanban.gitIn(scratch, 'add', '-A');
    kanban.gitIn(scratch, 'commit', '-q', '-m', `work of ${branch}`);
    const tip = kanban.gitIn(scratch, 'rev-parse', 'HEAD');
    kanban.git('worktree', 'remove', '--force', scratch);
    kanban.git('update-ref', `refs/heads/${branch}`, tip);
    return tip;
  }

  #bringToTesting(tasks: readonly Tested[]): void {
    const { kanban } = this;
    const start = kanban.git('rev-parse', 'main');
    const sections: string[] = [];
    const trailers: string[] = [];
    for (const { id, files = { [`${id}.txt`]: `work of ${id}\n` }, on = 'main', body = '' } of tasks) {
      const tip = this.commitOn(id, on, files);
      kanban.git('update-ref', `refs/kanban/start/${id}`, start);
      sections.push(`\n## ${id}: Task ${id}\n\n- reviewed: ${tip}\n- tested: ${tip}\n${body}`);
      trailers.push(`Kanban-Reviewed: ${id} ${tip}`, `Kanban-Tested: ${id} ${tip}`);
    }
    kanban.write('board/TESTING.md', `# TESTING\n${sections.join('')}`);
    kanban.git('add', '-A');
    kanban.git('commit', '-q', '-m', `tested\n\n${trailers.join('\n')}`);
  }

  /** The check log, as it is on disk. */
  get log(): Record<string, unknown>[] {
    const path = this.kanban.path('.git/kanban/checks.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** How batches came out, `green 4`. */
  get batches(): string[] {
    return this.log.flatMap(({ type, outcome, size }) =>
      type === 'batch' ? [`${String(outcome)} ${String(size)}`] : [],
    );
  }

  /** How many objects come while the coordinator moves base so many times, by nothing but the board (`WAITS_FOR_ONE`). */
  writtenDuringMoves(times: number): number {
    const { kanban } = this;
    const before = { objects: this.#objects, commits: kanban.subjects().length };
    for (let time = 0; time < times; time += 1)
      expect(kanban.kanban(time % 2 === 0 ? 'pause' : 'resume', 'T-90').err).toBe('');
    expect(kanban.subjects()).toHaveLength(before.commits + times);
    return this.#objects - before.objects;
  }

  get #objects(): number {
    return Number(/^count: (\d+)/.exec(this.kanban.git('count-objects', '-v'))?.[1]);
  }

  /** What happened, for the message of a test that failed. */
  story(): string {
    return [this.kanban.story(), JSON.stringify(this.checks), ...this.log.map((line) => JSON.stringify(line))].join(
      '\n',
    );
  }

  /** A file beside check.sh, for its plans to look at: `[ -e "$STEER/NAME" ]`. */
  mark(name: string): void {
    writeFileSync(join(this.kanban.steer, name), '');
  }

  /** Ids that landed with each move of base that landed any, oldest first. */
  moves(): { readonly sha: string; readonly ids: readonly string[] }[] {
    const { kanban } = this;
    const tips = kanban.git('reflog', 'show', '--format=%H', 'refs/heads/main').split('\n').toReversed();
    return tips.flatMap((sha, index) => {
      const before = tips[index - 1];
      if (before === undefined) return [];
      const ids = kanban
        .git(
          'log',
          '--first-parent',
          '--reverse',
          '--format=%(trailers:key=Kanban-Move,valueonly)',
          `${before}..${sha}`,
        )
        .split('\n')
        .flatMap((line) => /^(\S+) TESTING -> CHANGELOG$/.exec(line)?.[1] ?? []);
      return ids.length === 0 ? [] : [{ sha, ids }];
    });
  }

  /** What has landed, each task once and in step with board and CHANGELOG (I4), was green in everything else (I5). */
  expectSound(): void {
    const { kanban } = this;
    const green = new Set(this.checks.filter(({ code }) => code === 0).map(({ commit }) => this.#rest(commit)));
    for (const { sha, ids } of this.moves())
      expect(green.has(this.#rest(sha)), `${ids.join(', ')} at ${sha}\n${kanban.story()}`).toBe(true);
    const landed = new Map<string, number>();
    for (const line of kanban
      .git('log', '--first-parent', '--format=%H %(trailers:key=Kanban-Move,valueonly,separator=%x2C)', 'main')
      .split('\n')) {
      const [, sha = '', id = ''] = /^(\S+) (\S+) TESTING -> CHANGELOG$/.exec(line) ?? [];
      if (id === '') continue;
      landed.set(id, (landed.get(id) ?? 0) + 1);
      expect(kanban.git('show', `${sha}:board/TESTING.md`)).not.toContain(`## ${id}:`);
      expect(kanban.git('show', `${sha}:CHANGELOG.md`).split(`(${id})`), id).toHaveLength(2);
      const isByHand = kanban.git('log', '-1', '--format=%B', sha).includes('landing by-hand');
      if (!isByHand) expect(kanban.git('rev-list', '--parents', '-n1', sha).split(' '), id).toHaveLength(3);
    }
    for (const [id, times] of landed) expect(times, id).toBe(1);
    expect(kanban.git('diff', '--cached', '--name-only', '--', '.', ':!board')).toBe('');
  }

  /** Sound, and all of these have landed; of them nothing is left but history. */
  async expectLanded(ids: readonly string[]): Promise<void> {
    const { kanban } = this;
    this.expectSound();
    expect(kanban.git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!board')).toBe('');
    expect(kanban.landings().toSorted(), kanban.story()).toEqual([...ids].toSorted());
    await until(
      () => kanban.refs('refs/heads/', 'refs/kanban/start/', 'refs/kanban/inflight/').join() === 'refs/heads/main',
      () => `an end of ${kanban.refs('refs/').join(' ')}`,
    );
    await kanban.expectQuiet();
  }

  /** Everything of a tree but the board and the changelog. */
  #rest(commit: string): string {
    return this.kanban
      .git('ls-tree', '-r', commit)
      .split('\n')
      .filter((line) => !/\t(board\/.*|CHANGELOG\.md)$/.test(line))
      .join('\n');
  }
}
