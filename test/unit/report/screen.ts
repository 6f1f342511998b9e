/** As much of a terminal as the views use: what the user sees after all that was written. */
export class Screen {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Every write, as it came. */
  readonly writes: string[] = [];
  readonly listeners = new Set<() => void>();
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns = 100, rows = 30) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    this.writes.push(text);
    for (const [part] of text.matchAll(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b|[^\u001b]/gu)) this.#put(part);
    return true;
  }

  on(_: 'resize', listener: () => void): void {
    this.listeners.add(listener);
  }

  off(_: 'resize', listener: () => void): void {
    this.listeners.delete(listener);
  }

  /** A narrower window folds lines that are too long, as most terminals do. */
  resize(columns: number): void {
    this.columns = columns;
    const folded = this.#lines.flatMap((line) =>
      line === '' ? [''] : (line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? []),
    );
    this.#row += folded.length - this.#lines.length;
    this.#lines = folded;
    for (const listener of this.listeners) listener();
  }

  get text(): string {
    return this.#lines.map((line) => line.trimEnd()).join('\n');
  }

  get cursor(): string {
    return `${this.#row}:${this.#column}`;
  }

  #put(part: string): void {
    if (part === '\n') return this.#go(this.#row + 1, 0);
    if (part === '\r') return this.#go(this.#row, 0);
    if (part.startsWith('\u001b[')) return this.#control(part.slice(2, -1), part.at(-1) ?? '');
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    if (this.#column >= this.columns) throw new Error(`wrote beyond the last column: ${line}${part}`);
    this.#lines[this.#row] = line.slice(0, this.#column) + part + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #control(given: string, what: string): void {
    const count = Number(given || 1);
    if (what === 'A') return this.#go(this.#row - count, this.#column);
    if (what === 'G') return this.#go(this.#row, count - 1);
    if (what === 'H') {
      const [row = 1, column = 1] = given.split(';').map((part) => Number(part) || 1);
      return this.#go(Math.min(row, this.rows) - 1, column - 1);
    }
    if (what === 'K' && given === '') {
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
      return;
    }
    if (what === 'J' && given === '') {
      this.#lines = [...this.#lines.slice(0, this.#row), (this.#lines[this.#row] ?? '').slice(0, this.#column)];
      return;
    }
    if (what === 'm' || given === '?2026') return;
    throw new Error(`an escape sequence that the test does not know: ${given}${what}`);
  }

  #go(row: number, column: number): void {
    if (row < 0) throw new Error('the cursor left the screen');
    while (this.#lines.length <= row) this.#lines.push('');
    this.#row = row;
    this.#column = column;
  }
}
