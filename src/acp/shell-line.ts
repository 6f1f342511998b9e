/** A word of a shell line. `open`: it holds an expansion whose value isn't known. */
export interface ShellWord {
  readonly text: string;
  readonly open: boolean;
}

/** One simple command: its words, and the files that its input and output are redirected to. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  readonly files: readonly ShellWord[];
}

/**
 * The simple commands of a POSIX shell line (XCU 2.2, 2.3, 2.7), in order, whatever joins them. Only what can be known
 * for sure: a line with command or process substitution, a subshell or a quote that isn't closed is null.
 * @param variables values of the variables that are known
 */
export function readShellLine(line: string, variables: Readonly<Record<string, string>>): ShellCommand[] | null {
  try {
    return new Reader(line, variables).commands();
  } catch (error) {
    if (error instanceof Unclear) return null;
    throw error;
  }
}

class Unclear extends Error {}

const BREAKS = ' \t\n;&|<>()';

class Reader {
  readonly #line: string;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #commands: ShellCommand[] = [];
  readonly #heredocs: { readonly end: string; readonly quoted: boolean; readonly tabs: boolean }[] = [];
  #at = 0;
  #words: ShellWord[] = [];
  #files: ShellWord[] = [];

  constructor(line: string, variables: Readonly<Record<string, string>>) {
    this.#line = line.replaceAll('\\\n', '').replaceAll('\r\n', '\n');
    this.#variables = variables;
  }

  commands(): ShellCommand[] {
    while (this.#at < this.#line.length) this.#next();
    if (this.#heredocs.length > 0) throw new Unclear();
    this.#endCommand();
    return this.#commands;
  }

  #next(): void {
    const letter = this.#line[this.#at] ?? '';
    if (letter === ' ' || letter === '\t') this.#at += 1;
    else if (letter === '#') this.#toLineEnd();
    else if (letter === '\n') this.#newLine();
    else if (letter === '(' || letter === ')') throw new Unclear();
    else if (this.#isRedirect()) this.#redirect();
    else if (letter === ';' || letter === '&' || letter === '|') {
      this.#endCommand();
      this.#at += 1;
    } else this.#words.push(this.#word());
  }

  #endCommand(): void {
    if (this.#words.length > 0 || this.#files.length > 0)
      this.#commands.push({ words: this.#words, files: this.#files });
    this.#words = [];
    this.#files = [];
  }

  #toLineEnd(): void {
    const end = this.#line.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#line.length : end;
  }

  #newLine(): void {
    this.#endCommand();
    this.#at += 1;
    for (const { end, quoted, tabs } of this.#heredocs.splice(0)) this.#skipHeredoc(end, quoted, tabs);
  }

  #skipHeredoc(end: string, quoted: boolean, tabs: boolean): void {
    for (;;) {
      if (this.#at >= this.#line.length) throw new Unclear();
      const from = this.#at;
      this.#toLineEnd();
      const body = this.#line.slice(from, this.#at);
      this.#at += 1;
      if ((tabs ? body.replace(/^\t+/, '') : body) === end) break;
      // Unless its end is quoted, the body is expanded.
      if (!quoted && /\$\(|`/.test(body)) throw new Unclear();
    }
  }

  #isRedirect(): boolean {
    return /^(?:\d*[<>]|&>)/.test(this.#line.slice(this.#at, this.#at + 4));
  }

  #redirect(): void {
    const operator = /^\d*(?:<<<|<<-|<<|<>|<&|>>|>\||>&|<|>)|^&>>?/.exec(this.#line.slice(this.#at))?.[0] ?? '';
    this.#at += operator.length;
    if (this.#line[this.#at] === '(') throw new Unclear();
    const from = this.#skipBlanks();
    const word = this.#word();
    const kind = operator.replace(/^\d+/, '');
    if (kind === '<<' || kind === '<<-') {
      const quoted = /['"\\]/.test(this.#line.slice(from, this.#at));
      this.#heredocs.push({ end: word.text, quoted, tabs: kind === '<<-' });
    } else if (kind === '<<<' || (kind.endsWith('&') && /^(?:\d+|-)$/.test(word.text))) {
      // A here-string is text; a number is another descriptor.
    } else this.#files.push(word);
  }

  #skipBlanks(): number {
    while (this.#line[this.#at] === ' ' || this.#line[this.#at] === '\t') this.#at += 1;
    return this.#at;
  }

  #word(): ShellWord {
    const from = this.#at;
    let text = '';
    let open = false;
    for (; this.#at < this.#line.length;) {
      const letter = this.#line[this.#at] ?? '';
      if (BREAKS.includes(letter)) break;
      if (letter === "'") text += this.#upTo("'");
      else if (letter === '"') {
        const { text: inner, open: innerOpen } = this.#doubleQuoted();
        text += inner;
        open ||= innerOpen;
      } else if (letter === '\\') {
        text += this.#line[this.#at + 1] ?? '';
        this.#at += 2;
      } else if (letter === '`') throw new Unclear();
      else if (letter === '$') {
        const value = this.#expansion();
        if (value === null) open = true;
        else text += value;
      } else {
        // Brace expansion makes words of it that can't be seen here.
        if (letter === '{' && /^\{[^\s}]*(?:,|\.\.)/.test(this.#line.slice(this.#at))) open = true;
        text += letter;
        this.#at += 1;
      }
    }
    if (this.#at === from) throw new Unclear();
    return { text, open };
  }

  /** From a single quote to the next. */
  #upTo(quote: string): string {
    const end = this.#line.indexOf(quote, this.#at + 1);
    if (end < 0) throw new Unclear();
    const text = this.#line.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): ShellWord {
    let text = '';
    let open = false;
    this.#at += 1;
    for (;;) {
      const letter = this.#line[this.#at];
      if (letter === undefined || letter === '`') throw new Unclear();
      if (letter === '"') break;
      if (letter === '$') {
        const value = this.#expansion();
        if (value === null) open = true;
        else text += value;
        continue;
      }
      const next = this.#line[this.#at + 1] ?? '';
      const escaped = letter === '\\' && '$`"\\'.includes(next);
      text += escaped ? next : letter;
      this.#at += escaped ? 2 : 1;
    }
    this.#at += 1;
    return { text, open };
  }

  /** A `$`: the value of a variable that is known; null = of one that isn't. */
  #expansion(): string | null {
    const rest = this.#line.slice(this.#at);
    const named = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(rest);
    if (named !== null) {
      this.#at += named[0].length;
      return this.#variables[named[1] ?? named[2] ?? ''] ?? null;
    }
    const special = /^\$(?:[0-9?$!#@*-]|\{[^}`$"'\\]*\})/.exec(rest);
    if (special !== null) {
      this.#at += special[0].length;
      return null;
    }
    // A lone `$` is itself; `$(`, `$'` and `$"` are too much.
    if (/^\$(?:[('"{`])/.test(rest)) throw new Unclear();
    this.#at += 1;
    return '$';
  }
}
