import { emitKeypressEvents, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { KeyPress } from '../update/input-key.ts';
import type { MousePress } from '../update/mouse.ts';

/** As much of a terminal's input as is used. */
export interface KeySource {
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  off(event: 'data', listener: (bytes: Buffer) => void): unknown;
  setRawMode?(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface Pressed {
  readonly key: (press: KeyPress) => void;
  readonly paste: (text: string) => void;
  readonly mouse: (press: MousePress) => void;
}

/** ms after which Esc is a key of its own, and not the beginning of another one. */
const ESCAPE_MS = 60;

/** SGR mouse: button, column, line, pressed or released. */
const MOUSE = /\u001B\[<(\d+);(\d+);(\d+)([Mm])/g;
/** Its beginning, at the end of what has arrived so far. */
const MOUSE_BEGINS = /\u001B\[<[\d;]*$/;

/** The keys, pastes and the mouse of a terminal, one by one. */
export class Keyboard {
  readonly #source: KeySource;
  readonly #pressed: Pressed;
  readonly #decoder = new StringDecoder('utf8');
  readonly #keys = new PassThrough();
  readonly #onData = (bytes: Buffer): void => this.#take(bytes);
  #rest = '';
  /** What is being pasted; null: nothing. */
  #pasted: string | null = null;
  #isOpen = false;

  constructor(source: KeySource, pressed: Pressed) {
    this.#source = source;
    this.#pressed = pressed;
    // Of the interface, only this option is read.
    emitKeypressEvents(this.#keys, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
    this.#keys.on('keypress', (text: string | undefined, key: NodeKey) => this.#onKey(text, key));
  }

  /** Takes the terminal's keys as they are pressed, without echo. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#source.setRawMode?.(true);
    this.#source.on('data', this.#onData);
    this.#source.resume();
  }

  /** Gives the terminal's input back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#source.off('data', this.#onData);
    this.#source.setRawMode?.(false);
    this.#source.pause();
  }

  #take(bytes: Buffer): void {
    const text = this.#rest + this.#decoder.write(bytes);
    const begins = MOUSE_BEGINS.exec(text);
    this.#rest = begins?.[0] ?? '';
    const whole = text.slice(0, text.length - this.#rest.length);
    let at = 0;
    for (const found of whole.matchAll(MOUSE)) {
      if (found.index > at) this.#keys.write(whole.slice(at, found.index));
      at = found.index + found[0].length;
      const press = mousePressOf(found);
      if (press !== null) this.#pressed.mouse(press);
    }
    if (at < whole.length) this.#keys.write(whole.slice(at));
  }

  #onKey(text: string | undefined, key: NodeKey): void {
    if (!this.#isOpen) return;
    if (key.name === 'paste-start') this.#pasted = '';
    else if (key.name === 'paste-end') {
      const pasted = this.#pasted ?? '';
      this.#pasted = null;
      this.#pressed.paste(pasted);
    } else if (this.#pasted !== null) this.#pasted += text ?? key.sequence ?? '';
    else this.#pressed.key(pressOf(key));
  }
}

/** A key as `node:readline` decodes it. */
export interface NodeKey {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

const NAMED: ReadonlySet<string> = new Set([
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown', 'insert', 'delete'],
  ...['backspace', 'tab', 'escape', 'enter'],
]);

/** The key's name, as the table of keys has it, and what it types. */
export function pressOf(node: NodeKey): KeyPress {
  const { name = '', sequence = '', ctrl = false, meta = false } = node;
  const known = name === 'return' ? 'enter' : name;
  if (NAMED.has(known) && (!meta || known === 'escape')) return { key: modified(known, node), text: '' };
  if (ctrl) return { key: `ctrl-${known}`, text: '' };
  if (meta) return { key: `alt-${known}`, text: '' };
  if (sequence === ' ') return { key: 'space', text: ' ' };
  const isPrintable = sequence !== '' && !/[\u0000-\u001F\u007F-\u009F]/.test(sequence);
  return isPrintable ? { key: sequence, text: sequence } : { key: known, text: '' };
}

function modified(name: string, { ctrl, shift }: NodeKey): string {
  if (ctrl === true) return `ctrl-${name}`;
  return shift === true && name === 'tab' ? 'shift-tab' : name;
}

const BUTTONS: Readonly<Record<number, MousePress['kind']>> = { 0: 'click', 64: 'wheel-up', 65: 'wheel-down' };

function mousePressOf([, button, x, y, end]: RegExpExecArray): MousePress | null {
  const kind = BUTTONS[Number(button)];
  return kind === undefined || end === 'm' ? null : { kind, x: Number(x) - 1, y: Number(y) - 1 };
}
