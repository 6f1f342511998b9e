/** Bytes that a text in a long line keeps: nobody reads more of a tool's output, and a report is a file of its own. */
const MOST_TEXT = 256 * 1024;

/**
 * Shortens one line of JSON while it is read: of every text only the first 256 KiB are kept, so that the last word of an
 * agent (its `result`, its cost) is understood however much of it there is, with bounded memory. The line stays valid JSON.
 */
export class JsonShortener {
  #inText = false;
  #escaped = false;
  /** Hex digits of a \uXXXX that are still to come. */
  #digits = 0;
  #length = 0;
  #cutting = false;

  /** @returns what is kept of a part of the line. */
  take(part: Buffer): Buffer {
    const kept = Buffer.allocUnsafe(part.length);
    let size = 0;
    for (const byte of part) {
      if (!this.#keeps(byte)) continue;
      kept[size] = byte;
      size += 1;
    }
    return kept.subarray(0, size);
  }

  #keeps(byte: number): boolean {
    if (!this.#inText) {
      if (byte === QUOTE) this.#begin();
      return true;
    }
    this.#length += 1;
    if (this.#digits > 0) this.#digits -= 1;
    else if (this.#escaped) {
      this.#escaped = false;
      if (byte === LETTER_U) this.#digits = 4;
    } else if (byte === QUOTE) {
      this.#inText = false;
      return true;
    } else {
      // Never within an escape or a character of several bytes.
      this.#cutting ||= this.#length > MOST_TEXT && (byte & 0xc0) !== 0x80;
      this.#escaped = byte === BACKSLASH;
    }
    return !this.#cutting;
  }

  #begin(): void {
    this.#inText = true;
    this.#escaped = false;
    this.#digits = 0;
    this.#length = 0;
    this.#cutting = false;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
