import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** Tests on a real terminal need it: `apt-get install tmux`. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

export interface TmuxOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
}

/** A terminal with a shell in it, as a user has it; a tmux server of its own. */
export class Tmux {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kanban-tmux-'));
  readonly #env: NodeJS.ProcessEnv;

  constructor({ cwd, env, columns = 120, rows = 30 }: TmuxOptions) {
    this.#env = { ...env, TMUX_TMPDIR: this.#folder, PS1: '$ ', TERM: 'xterm-256color' };
    delete this.#env['TMUX'];
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'main', ...size, '-c', cwd, 'bash --norc --noprofile');
    this.#tmux('set-option', '-t', 'main', 'window-size', 'manual');
  }

  /** Types a command line. */
  run(line: string): void {
    this.#tmux('send-keys', '-t', 'main', '-l', line);
    this.keys('Enter');
  }

  /** Keys by tmux's names, one after the other: `C-c`, `Enter`, `j`. */
  keys(...names: string[]): void {
    this.#tmux('send-keys', '-t', 'main', ...names);
  }

  /** Text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-t', 'main', '-l', text);
  }

  /** What is on the screen; with `history` also what has scrolled out of it. */
  text({ history = false, styles = false } = {}): string {
    const more = [...(history ? ['-S', '-'] : []), ...(styles ? ['-e'] : [])];
    return this.#tmux('capture-pane', '-p', '-t', 'main', ...more).trimEnd();
  }

  /** Waits until the screen shows a text. @returns the screen */
  async shows(what: string | RegExp): Promise<string> {
    const isThere = (text: string): boolean => (typeof what === 'string' ? text.includes(what) : what.test(text));
    return until(
      () => {
        const text = this.text();
        return isThere(text) ? text : null;
      },
      () => `${String(what)} on\n${this.text()}`,
    );
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows));
  }

  /** Whether the terminal is as a shell leaves it: not the alternate screen, with a cursor, without mouse. */
  modes(): string {
    return this.#tmux('display', '-p', '-t', 'main', '#{alternate_on}#{cursor_flag}#{mouse_any_flag}').trim();
  }

  close(): void {
    spawnSync('tmux', ['kill-server'], { env: this.#env });
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', args, { env: this.#env, encoding: 'utf8' });
  }
}

/** `modes` of a terminal that nobody uses. */
export const PLAIN_MODES = '010';
