import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { COLUMNS } from '../../../src/board/entry.ts';
import type { Kanban } from './kanban.ts';

/** Settings of a repository whose landings are pushed. */
export const PUSHED = 'remote: origin\npush: true\n';

/** A bare repository on this disk that is `origin` of a Kanban's repository and of other people's clones. */
export class SharedRemote {
  readonly bare: string;
  readonly #kanban: Kanban;
  #clones = 0;

  constructor(kanban: Kanban, { pushed = true } = {}) {
    this.#kanban = kanban;
    this.bare = join(kanban.folder, 'remote.git');
    kanban.gitIn(kanban.folder, 'init', '-q', '--bare', '-b', 'main', this.bare);
    kanban.git('remote', 'add', 'origin', this.bare);
    if (pushed) kanban.git('push', '-q', '-u', 'origin', 'main');
  }

  git(...args: string[]): string {
    return this.#kanban.gitIn(this.bare, ...args);
  }

  tip(branch = 'main'): string {
    return this.git('rev-parse', `refs/heads/${branch}`);
  }

  /** The file on the remote's main. */
  show(path: string): string {
    return this.git('show', `main:${path}`);
  }

  /**
   * What the server does at a push of `main`; the lock's pushes pass. `pause NAME` says `at NAME` and waits for `go NAME`,
   * as the driven agent does.
   */
  hook(name: 'pre-receive' | 'post-receive', script: string): void {
    const file = join(this.bare, 'hooks', name);
    const pause = `pause() { : > '${this.#kanban.steer}/at/'"$1"; until [ -e '${this.#kanban.steer}/go/'"$1" ]; do sleep 0.05; done; }`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `#!/bin/sh\n${pause}\ngrep -q ' refs/heads/main$' || exit 0\n${script}\n`);
    chmodSync(`${file}.new`, 0o755);
    renameSync(`${file}.new`, file);
  }

  unhook(name: string): void {
    rmSync(join(this.bare, 'hooks', name));
  }

  /** From now on each push of main is counted. */
  count(): () => number {
    const file = join(this.#kanban.folder, 'pushes');
    this.hook('post-receive', `echo pushed >> '${file}'`);
    return () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0);
  }

  leave(): void {
    renameSync(this.bare, `${this.bare}.away`);
  }

  comeBack(): void {
    renameSync(`${this.bare}.away`, this.bare);
  }

  /** A process of the server's side. */
  isAtWork(pid: number): boolean {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.bare);
    } catch {
      return false;
    }
  }

  /** Another person's clone. */
  clone(): PersonsClone {
    this.#clones += 1;
    const root = join(this.#kanban.folder, `clone-${this.#clones}`);
    this.#kanban.gitIn(this.#kanban.folder, 'clone', '-q', this.bare, root);
    const clone = new PersonsClone(root, (...args) => this.#kanban.gitIn(root, ...args));
    clone.git('config', 'user.name', 'Bea');
    clone.git('config', 'user.email', 'bea@example.com');
    return clone;
  }

  /** Makes another Kanban's repository a clone of this remote. */
  join(other: Kanban): void {
    other.git('remote', 'add', 'origin', this.bare);
    other.git('fetch', '-q', 'origin');
    other.git('reset', '-q', '--hard', 'origin/main');
    other.git('branch', '-q', '--set-upstream-to=origin/main');
  }

  /**
   * At every commit of the remote's first-parent line board, CHANGELOG and code are in step: an entry stands in one place,
   * on the board or in CHANGELOG.md, and its file is there in the latter case only. In all of its history each of these
   * has landed once (I1, I4, I8).
   */
  expectInStep(landed: readonly string[]): void {
    const shas = this.git('rev-list', '--first-parent', '--reverse', 'main').split('\n');
    const ids = [...new Set(this.git('log', '-p', '--format=', 'main', '--', 'board').match(/\bT-\d+\b/g))];
    const names = [...COLUMNS.map((column) => `board/${column}.md`), 'CHANGELOG.md', ...ids.map((id) => `${id}.txt`)];
    const files = this.#files(shas.flatMap((sha) => names.map((name) => `${sha}:${name}`)));
    const known = new Set<string>();
    for (const sha of shas) {
      const text = (name: string): string => files.get(`${sha}:${name}`) ?? '';
      const board = COLUMNS.map((column) => text(`board/${column}.md`)).join('\n');
      for (const id of ids) {
        const places = [...board.matchAll(new RegExp(`^## .*\\b${id}\\b`, 'gm'))].length;
        const lines = [...text('CHANGELOG.md').matchAll(new RegExp(`\\(${id}\\)$`, 'gm'))].length;
        const where = `${id} at ${this.git('log', '-1', '--format=%h %s', sha)}`;
        if (places + lines > 0) known.add(id);
        expect([where, places + lines], this.story()).toEqual([where, known.has(id) ? 1 : 0]);
        expect([where, files.has(`${sha}:${id}.txt`)], this.story()).toEqual([where, lines === 1]);
      }
    }
    const all = this.git('log', '--format=%(trailers:key=Kanban-Move,valueonly)', 'main').split('\n');
    const times = all.flatMap((line) => /^(\S+) \S+ -> CHANGELOG$/.exec(line)?.[1] ?? []);
    expect(times.toSorted(), this.story()).toEqual([...landed].toSorted());
    expect(this.git('fsck', '--no-dangling', '--no-progress')).toBe('');
  }

  story(): string {
    return `${this.git('log', '--graph', '--format=%h %an: %s', 'main')}\n${this.#kanban.story()}`;
  }

  #files(names: readonly string[]): ReadonlyMap<string, string> {
    const input = names.map((name) => `${name}\n`).join('');
    const out = execFileSync('git', ['cat-file', '--batch'], { cwd: this.bare, input, maxBuffer: 1 << 28 });
    const found = new Map<string, string>();
    let at = 0;
    for (const name of names) {
      const end = out.indexOf(10, at);
      const size = Number(/ blob (\d+)$/.exec(out.toString('utf8', at, end))?.[1] ?? NaN);
      at = end + 1;
      if (Number.isNaN(size)) continue;
      found.set(name, out.toString('utf8', at, at + size));
      at += size + 1;
    }
    return found;
  }
}

/** A clone of somebody who has no coordinator: plain git. */
export class PersonsClone {
  readonly root: string;
  readonly git: (...args: string[]) => string;

  constructor(root: string, git: (...args: string[]) => string) {
    this.root = root;
    this.git = git;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Pulls, commits these files and pushes. @returns the commit */
  push(subject: string, files: Readonly<Record<string, string>>, branch = 'main'): string {
    this.git('pull', '-q', '--no-rebase', '--no-edit', 'origin', 'main');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '-m', subject);
    this.git('push', '-q', 'origin', `HEAD:${branch}`);
    return this.git('rev-parse', 'HEAD');
  }
}
