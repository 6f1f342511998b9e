import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../e2e/rig/until.ts';
import { BrowserOpener } from '../../rig/browser-opener.ts';
import type { Kanban } from '../../e2e/rig/kanban.ts';

let openers = 0;

/** `kanban serve` in a repository of a test. */
export class Served {
  readonly #child: ChildProcess;
  readonly #opener: BrowserOpener;
  #out = '';
  #isOver = false;

  constructor(cli: string, kanban: Kanban, ...args: string[]) {
    this.#opener = new BrowserOpener(join(kanban.folder, `opener-${++openers}`));
    this.#child = spawn(process.execPath, [cli, 'serve', ...args], {
      cwd: kanban.root,
      env: { ...process.env, PATH: this.#opener.path, HOME: join(kanban.folder, 'home'), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => void (this.#out += chunk.toString());
    this.#child.stdout?.on('data', hear);
    this.#child.stderr?.on('data', hear);
    this.#child.on('close', () => (this.#isOver = true));
  }

  /** The address that it printed, with its token. */
  address(): Promise<string> {
    return until(
      () => {
        if (this.#isOver) throw new Error(`kanban serve has ended\n${this.#out}`);
        return /http:\/\/\S+#t=\S+/.exec(this.#out)?.[0];
      },
      () => `the address of kanban serve\n${this.#out}`,
    );
  }

  /** What `--open` has given to the browser. */
  opened(): Promise<string> {
    return until(() => this.#opener.address, 'the address that the browser gets');
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await until(() => this.#isOver, 'the end of kanban serve');
  }
}
