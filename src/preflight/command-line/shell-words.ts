/** A word of a command line, without its quotes. */
export interface Word {
  readonly kind: 'word';
  readonly text: string;
  /** As it is written. */
  readonly raw: string;
  /** The shell works out what it stands for: a variable, a pattern, a home folder. */
  readonly isOpen: boolean;
}

/** What stands between commands (`;`, a line end, `&`, `|`, `&&`, `||`), a parenthesis, or a redirection. */
export interface Operator {
  readonly kind: 'operator';
  readonly text: string;
}

export interface ShellWords {
  readonly tokens: readonly (Word | Operator)[];
  /** What was not read, from the first substitution or here-document on; '' = all was read. */
  readonly rest: string;
}

const OPERATOR = /^(?:&&|\|\||;;|>&|<&|>\||<>|>>|[;&|()<>\n])/;

/** Splits a command line as sh(1) does, quotes and comments first. null: a quote is not closed. */
export function shellWords(command: string): ShellWords | null {
  const line = command.replaceAll('\r\n', '\n');
  const tokens: (Word | Operator)[] = [];
  for (let at = 0; at < line.length;) {
    const char = line[at] ?? '';
    if (char === ' ' || char === '\t') at += 1;
    else if (line.startsWith('\\\n', at)) at += 2;
    else if (char === '#') at = endOfLine(line, at);
    else if (line.startsWith('<<', at)) return { tokens, rest: line.slice(at) };
    else {
      const operator = OPERATOR.exec(line.slice(at, at + 2))?.[0];
      if (operator !== undefined) {
        tokens.push({ kind: 'operator', text: operator });
        at += operator.length;
        continue;
      }
      const read = readWord(line, at);
      if (read === null) return null;
      if (read === 'substitution') return { tokens, rest: line.slice(at) };
      // The number of a redirection.
      if (!/^\d+$/.test(read.word.raw) || !/[<>]/.test(line[read.end] ?? '')) tokens.push(read.word);
      at = read.end;
    }
  }
  return { tokens, rest: '' };
}

function endOfLine(line: string, at: number): number {
  const end = line.indexOf('\n', at);
  return end === -1 ? line.length : end;
}

function readWord(line: string, start: number): { readonly word: Word; readonly end: number } | 'substitution' | null {
  let text = '';
  let isOpen = false;
  let quote = '';
  let at = start;
  for (; at < line.length; at += 1) {
    const char = line[at] ?? '';
    const next = line[at + 1] ?? '';
    if (quote === "'") {
      if (char === "'") quote = '';
      else text += char;
    } else if (char === '`' || (char === '$' && /[({'"]/.test(next) && !(quote === '"' && /['"]/.test(next))))
      return 'substitution';
    else if (char === '$') {
      isOpen ||= /[\w@*#?!-]/.test(next);
      text += char;
    } else if (char === '\\') {
      // In double quotes it stands for itself before most characters.
      if (quote === '"' && !/[$`"\\\n]/.test(next)) text += char;
      else {
        if (next !== '\n') text += next;
        at += 1;
      }
    } else if (char === '"') quote = quote === '"' ? '' : '"';
    else if (quote === '"') text += char;
    else if (char === "'") quote = "'";
    else if (/[\s;&|()<>]/.test(char)) break;
    else {
      isOpen ||= /[*?[\]{}~]/.test(char);
      text += char;
    }
  }
  if (quote !== '') return null;
  return { word: { kind: 'word', text, raw: line.slice(start, at), isOpen }, end: at };
}
