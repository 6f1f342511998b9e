import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Io, ParsedArgs } from '../../../src/commands/program/command.ts';

/** A repository with an empty board, and commands that run in this process. */
export class CommandRig {
  readonly root = mkdtempSync(join(tmpdir(), 'kanban command ü '));

  constructor(settings = 'base: main\n') {
    this.git('init', '-q', '-b', 'main', '.');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.com');
    this.write('WORKFLOW.md', `---\n${settings}---\nBe kind.\n`);
    this.write('.gitignore', '.kanban/\n.worktrees/\n');
    for (const column of ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'])
      this.write(`board/${column}.md`, `# ${column}\n`);
    this.commit('set up');
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8' });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.root, path, '..'), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** A task branch with one commit over base, as the coordinator makes it. */
  branch(id: string, files: Readonly<Record<string, string>>): string {
    const start = this.git('rev-parse', 'main').trim();
    this.git('update-ref', `refs/kanban/start/${id}`, start);
    this.git('switch', '-q', '-c', id);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    const tip = this.commit('work');
    this.git('switch', '-q', 'main');
    return tip;
  }

  async call(
    command: Command,
    args: readonly string[] = [],
    options: ParsedArgs['options'] = {},
    env: Readonly<NodeJS.ProcessEnv> = {},
  ): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const io = {
      cwd: this.root,
      env,
      isTTY: false,
      columns: undefined,
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: (text: string) => (err += text) },
    };
    const code = await command({ args, options }, io as unknown as Io);
    return { code, out, err };
  }
}
