import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { openRepository } from '../../../src/git/open-repository.ts';
import { type Repository } from '../../../src/git/git.ts';
import { BoardWriter } from '../../../src/coordinator/perform/board-writer.ts';
import { integrate, type Integrated } from '../../../src/coordinator/remote/integrate-remote.ts';
import type { Inputs, Observation } from '../../../src/coordinator/observe/observation.ts';
import { Observer } from '../../../src/coordinator/observe/observer.ts';
import type { KanbanEvent } from '../../../src/contract/event.ts';

/** A clone of a bare repository on disk, with a kanban in it. */
export interface Clone {
  readonly root: string;
  readonly repo: Repository;
  git(...args: string[]): string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** A file as base has it. */
  show(path: string, revision?: string): string;
  sha(revision: string): string;
  /** Commits everything, with trailers as the coordinator writes them, and returns the commit. */
  commit(subject: string, files?: Readonly<Record<string, string | null>>, ...trailers: string[]): string;
}

export const TODO = '# TODO\n\n## T-1: One\n\nDo it.\n\n## T-2: Two\n';
export const TESTING = '# TESTING\n\n## T-9: Ready\n\n- tested: x\n';
export const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- old\n\n## [1.0.0]\n\n- x\n';
const WORKFLOW = '---\nbase: main\nremote: origin\nsettle: 0s\nroles: { task: { agent: claude } }\n---\nRules.\n';

export async function makeClones(): Promise<{ readonly remote: string; readonly a: Clone; readonly b: Clone }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-')));
  const remote = join(folder, 'remote.git');
  mkdirSync(remote);
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  const seed = join(folder, 'a');
  execFileSync('git', ['init', '-q', '-b', 'main', seed]);
  const a = await cloneAt(seed, 'Anna');
  a.git('remote', 'add', 'origin', remote);
  a.commit('start', {
    'WORKFLOW.md': WORKFLOW,
    'board/TODO.md': TODO,
    'board/IN_PROGRESS.md': '# IN_PROGRESS\n',
    'board/REVIEW.md': '# REVIEW\n',
    'board/TESTING.md': TESTING,
    'CHANGELOG.md': CHANGELOG,
    'src/a.txt': 'a\n',
    'src/b.txt': 'b\n',
    '.gitignore': 'ignored.txt\n.kanban/\n',
  });
  a.git('push', '-q', 'origin', 'main');
  execFileSync('git', ['clone', '-q', remote, join(folder, 'b')]);
  const b = await cloneAt(join(folder, 'b'), 'Berta');
  a.git('fetch', '-q', 'origin');
  return { remote, a, b };
}

export async function cloneAt(root: string, name: string): Promise<Clone> {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', GIT_EDITOR: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  git('config', 'user.name', name);
  git('config', 'user.email', `${name.toLowerCase()}@example.com`);
  git('config', 'commit.gpgsign', 'false');
  git('config', 'core.autocrlf', 'false');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const opened = await openRepository(root);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return {
    root,
    repo: opened.value,
    git,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    show: (path, revision = 'main') =>
      execFileSync('git', ['show', `${revision}:${path}`], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    sha: (revision) => git('rev-parse', revision),
    commit(subject, files = {}, ...trailers) {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) git('rm', '-q', path);
        else write(path, text);
      }
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', subject, ...(trailers.length > 0 ? ['-m', trailers.join('\n')] : []));
      return git('rev-parse', 'HEAD');
    },
  };
}

/** Moves an entry as text, and commits it as the coordinator would. */
export function move(clone: Clone, entry: string, from: string, to: string): string {
  const id = /T-\d+/.exec(entry)![0];
  const source = clone.show(`board/${from}.md`);
  if (!source.includes(entry)) throw new Error(`${id} is not in ${from}`);
  const left = source.replace(`${entry}\n`, '').replace(entry, '').trimEnd();
  return clone.commit(
    `kanban: ${id} ${from} → ${to}`,
    {
      [`board/${from}.md`]: `${left}\n`,
      [`board/${to}.md`]: `${clone.show(`board/${to}.md`).trimEnd()}\n\n${entry.trimEnd()}\n`,
    },
    `Kanban-Move: ${id} ${from} -> ${to}`,
  );
}

/** A landing of T-9 as the queue makes it: merge, board and CHANGELOG line in one commit. */
export function land(clone: Clone, file = 'src/landed.txt', line = '- Landed (T-9)'): string {
  clone.git('switch', '-qc', 'T-9-work');
  clone.commit('T-9: work', { [file]: 'landed\n' }, 'Kanban-Move: T-2 TODO -> CHANGELOG');
  clone.git('switch', '-q', 'main');
  clone.git('merge', '-q', '--no-ff', '--no-commit', 'T-9-work');
  const sha = clone.commit(
    'T-9: Ready',
    {
      'board/TESTING.md': '# TESTING\n',
      'CHANGELOG.md': clone.show('CHANGELOG.md').replace('- old\n', `- old\n${line}\n`),
    },
    'Kanban-Move: T-9 TESTING -> CHANGELOG',
  );
  clone.git('branch', '-D', 'T-9-work');
  return sha;
}

const NOTHING: Omit<Inputs, 'now'> = {
  mode: 'run',
  only: null,
  findings: [],
  requests: [],
  starting: [],
  refused: [],
  queued: new Map(),
  failures: new Map(),
};

export async function observed(observer: Observer): Promise<Observation> {
  for (let tries = 0; ; tries++) {
    const look = await observer.observe({ ...NOTHING, now: Date.now() });
    if (!look.ok) throw new Error(JSON.stringify(look.problems));
    // A file that was saved this very moment is left alone for a while, as in the product.
    if (look.value.board.busyUntil.size === 0 || tries > 200) return look.value;
    await readFile(observer.repo.gitDir + '/HEAD');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Outcome {
  readonly result: Integrated;
  readonly events: readonly KanbanEvent[];
  readonly observer: Observer;
}

/** One integration as the coordinator does it. */
export async function bringUp(
  clone: Clone,
  kind: 'remote' | 'upstream' = 'remote',
  theirs = clone.sha('refs/remotes/origin/main'),
  before: (observation: Observation) => void = () => {},
  observer = new Observer(clone.repo),
): Promise<Outcome> {
  const observation = await observed(observer);
  const events: KanbanEvent[] = [];
  const emit = (event: KanbanEvent): void => void events.push(event);
  const writer = new BoardWriter(observer, observation, emit, UNCHECKED_LOCK);
  before(observation);
  const result = await integrate({ repo: clone.repo, observer, observation, writer, theirs, kind, emit });
  return { result, events, observer };
}
