import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program in place of `xdg-open` and `open`: it keeps the address that it is to show. */
export class BrowserOpener {
  readonly #file: string;
  /** With it first. */
  readonly path: string;

  /** @param folder for it alone; absolute */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'address');
    this.path = `${folder}:${process.env['PATH'] ?? ''}`;
    for (const name of ['xdg-open', 'open']) {
      const program = join(folder, name);
      writeFileSync(
        program,
        `#!/bin/sh\nprintf %s "$1" > '${this.#file}.new' && mv '${this.#file}.new' '${this.#file}'\n`,
      );
      chmodSync(program, 0o755);
    }
  }

  /** undefined: it was not asked yet. */
  get address(): string | undefined {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : undefined;
  }
}
