/** What was found in texts, remembered for those asked for last. */
export class TextMemo<T> {
  readonly #find: (text: string) => T;
  readonly #found = new Map<string, T>();
  #size = 0;

  constructor(find: (text: string) => T) {
    this.#find = find;
  }

  of(text: string): T {
    const known = this.#found.get(text);
    const found = known ?? this.#find(text);
    if (known === undefined) this.#size += text.length;
    else this.#found.delete(text);
    this.#found.set(text, found);
    for (const oldest of this.#found.keys()) {
      if (this.#size <= MAX_SIZE || oldest === text) break;
      this.#found.delete(oldest);
      this.#size -= oldest.length;
    }
    return found;
  }
}

/** Characters of all texts that are remembered: some twenty boards of 10,000 entries. */
const MAX_SIZE = 20_000_000;
