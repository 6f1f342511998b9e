import type { ViewStream } from '../../contract/view.ts';

/** The alternate screen, without cursor; what is pasted is marked. */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?2004h\u001B[2J\u001B[H';
/** Clicks and the wheel, in the form without a limit of columns. */
const MOUSE = { on: '\u001B[?1000h\u001B[?1006h', off: '\u001B[?1006l\u001B[?1000l' } as const;
const LEAVE = '\u001B[?2026l\u001B[0m\u001B[?2004l\u001B[?25h\u001B[?1049l';

/**
 * A screen of the program's own. It is given back however the program ends, as long as that can be caught: so the terminal
 * is as it was, its scrollback too.
 */
export class OwnScreen {
  readonly #stdout: ViewStream;
  readonly #hasMouse: boolean;
  readonly #leave = (): void => this.leave();
  #isOn = false;

  constructor(stdout: ViewStream, hasMouse: boolean) {
    this.#stdout = stdout;
    this.#hasMouse = hasMouse;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  enter(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#stdout.write(ENTER + (this.#hasMouse ? MOUSE.on : ''));
    process.on('exit', this.#leave);
    // Before others, which print: what they print is to be read.
    process.prependListener('uncaughtException', this.#leave);
  }

  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    process.off('exit', this.#leave);
    process.off('uncaughtException', this.#leave);
    this.#stdout.write((this.#hasMouse ? MOUSE.off : '') + LEAVE);
  }
}
