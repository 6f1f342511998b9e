import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Column } from '../../../src/board/entry.ts';
import type { Kanban } from './kanban.ts';
import { until } from './until.ts';

/** How an editor brings a text into a file. */
export type Way = 'plain' | 'rename' | 'vim' | 'sed' | 'two steps';
export const WAYS: readonly Way[] = ['plain', 'rename', 'vim', 'sed', 'two steps'];

/** The user at the board: edits column files with an editor of theirs while the coordinator runs. */
export class Person {
  readonly #kanban: Kanban;
  readonly #way: Way;

  constructor(kanban: Kanban, way: Way) {
    this.#kanban = kanban;
    this.#way = way;
  }

  async save(column: Column, text: string): Promise<void> {
    saveBy(this.#way, this.#kanban.path(`board/${column}.md`), text, this.#kanban.folder);
  }

  /**
   * Reads a file: what a person saves after that was made from its text. A text that has stood for less time was seen by nobody,
   * and is no version that a save could have been made from.
   */
  async read(column: Column): Promise<void> {
    const file = this.#kanban.path(`board/${column}.md`);
    await until(() => Date.now() - statSync(file).mtimeMs > 1_000, `${column}.md has stood for a second`);
  }

  async edit(column: Column, change: (text: string) => string): Promise<void> {
    const text = this.#kanban.column(column);
    const changed = change(text);
    if (changed === text) throw new Error(`the edit of ${column} changes nothing:\n${text}`);
    await this.save(column, changed);
  }

  /** Deletes an entry that is in work: the first save might be of an older text, so it takes a second one. */
  async delete(id: string, from: Column, isBack: () => Promise<unknown>): Promise<string> {
    await this.cut(id, from);
    await isBack();
    return this.cut(id, from);
  }

  /** Cuts an entry out of one file and pastes it at the end of another, saving the one, then the other. */
  async move(
    id: string,
    from: Column,
    to: Column,
    reword: (entry: string) => string = (entry) => entry,
  ): Promise<void> {
    const entry = await this.cut(id, from);
    await this.edit(to, (text) => `${text.trimEnd()}\n\n${reword(entry).trimEnd()}\n`);
  }

  /** Deletes an entry from a file; returns its text. */
  async cut(id: string, from: Column): Promise<string> {
    const sections = this.#kanban.column(from).split(/^(?=## )/m);
    const entry = sections.find(
      (text) => text.startsWith('## ') && new RegExp(`\\b${id}\\b`).test(text.split('\n')[0] ?? ''),
    );
    if (entry === undefined) throw new Error(`${id} does not stand in ${from}`);
    await this.save(from, sections.filter((text) => text !== entry).join(''));
    return entry;
  }
}

function saveBy(way: Way, path: string, text: string, folder: string): void {
  const draft = join(folder, 'draft');
  switch (way) {
    case 'plain':
      writeFileSync(path, text);
      return;
    case 'rename':
      writeFileSync(`${path}.tmp-editor`, text);
      renameSync(`${path}.tmp-editor`, path);
      return;
    case 'vim':
      if (HAS_VIM) byVim(path, text, draft);
      else asVim(path, text);
      return;
    case 'sed':
      writeFileSync(draft, text);
      execFileSync('sed', ['-i', '-n', `1r ${draft}`, path]);
      rmSync(draft);
      return;
    case 'two steps':
      writeInSteps(path, text);
  }
}

const HAS_VIM = spawnSync('vim', ['--version'], { stdio: 'ignore' }).status === 0;

function byVim(path: string, text: string, draft: string): void {
  writeFileSync(draft, text);
  // In Ex mode `read` itself takes away the empty line that an emptied buffer has.
  execFileSync(
    'vim',
    ['-es', '-u', 'NONE', '-i', 'NONE', '-c', '%d _', '-c', `silent 0read ${draft}`, '-c', 'wq', path],
    { stdio: 'ignore' },
  );
  rmSync(draft);
}

/** What vim does on a machine that has none: tries the folder, puts the old file aside, writes a new one, drops the old. */
function asVim(path: string, text: string): void {
  const probe = join(dirname(path), '4913');
  writeFileSync(probe, '');
  rmSync(probe);
  renameSync(path, `${path}~`);
  writeFileSync(path, text);
  rmSync(`${path}~`);
}

/** Empties the file first, then writes it in two pieces, as some editors do over a slow line. */
function writeInSteps(path: string, text: string): void {
  const file = openSync(path, 'w');
  // Blocks: what else this process does would make a step longer than kanban waits for a file to be still.
  block(10);
  const half = Math.floor(text.length / 2);
  writeSync(file, text.slice(0, half));
  block(10);
  writeSync(file, text.slice(half));
  closeSync(file);
}

const block = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
