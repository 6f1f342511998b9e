import { shellWords, type Operator, type ShellWords, type Word } from './shell-words.ts';

/** What a shell knows by itself: nothing of it is looked for on the PATH. */
const BUILTINS = new Set(
  `: . [ alias bg bind break builtin caller cd chdir command compgen complete continue declare dirs disown echo enable
  eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd
  read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias
  unset wait`.split(/\s+/),
);
/** Words that make more of a line than a list of commands: what comes first, or whether it does, is left open. */
const RESERVED = new Set(
  'if then elif else fi for while until do done case esac in select function coproc time { } [[ ]] !'.split(' '),
);
/** Builtins after which the next command comes as it would without them. */
const HARMLESS = new Set(['cd', 'export', 'true', ':', 'unset', 'umask', 'ulimit', 'echo', 'printf']);
/** Programs that start the program behind them. */
const WRAPPERS = new Set(['env', 'exec', 'nice', 'nohup', 'command', 'stdbuf']);
/** `set` with these changes nothing but what a failure means. */
const SET = /^set(?: -(?:[eux]+|[eux]*o (?:errexit|nounset|xtrace|pipefail)))+$/;
const ERREXIT = / -[ux]*e| errexit/;

export interface FirstProgram {
  readonly name: string;
  /** Without it the whole command fails, whatever comes behind it. */
  readonly isVital: boolean;
}

/**
 * The program that a command line surely starts first: of `cd web && FOO=1 npm ci` it is npm. null: a builtin, a path in
 * the worktree, something with a variable in it, or nothing that can be known without a shell.
 */
export function firstProgram(command: string): FirstProgram | null {
  const read = shellWords(command);
  if (read === null || !isPlainList(read)) return null;
  let stopsAtFailure = false;
  const commands = splitAtOperators(read);
  for (const [at, command] of commands.entries()) {
    // The last one, if it was not read to its end.
    const isCut = at === commands.length - 1 && read.rest !== '';
    const effect = effectOf(command);
    if (effect.kind === 'unclear') return null;
    if (effect.kind === 'program')
      return { name: effect.name, isVital: read.rest === '' && isVital(commands.slice(at), stopsAtFailure) };
    if (isCut) return null;
    stopsAtFailure ||= effect.stopsAtFailure;
  }
  return null;
}

/** What a command does to the search: it starts a program, the next one comes as if it were not there, or nobody can say. */
type Effect =
  | { readonly kind: 'program'; readonly name: string }
  | { readonly kind: 'none'; readonly stopsAtFailure: boolean }
  | { readonly kind: 'unclear' };

const UNCLEAR: Effect = { kind: 'unclear' };

function effectOf({ words }: Simple): Effect {
  if (words.some((word) => word.kind === 'word' && /\bPATH\b/.test(word.raw))) return UNCLEAR;
  const first = words.findIndex((word) => word.kind === 'operator' || !isPassedOver(word));
  const word = words[first];
  if (word === undefined) return words.some(isWrapper) ? UNCLEAR : { kind: 'none', stopsAtFailure: false };
  // A redirection that fails comes before the program.
  if (word.kind === 'operator' || word.isOpen || word.text === '' || word.text.startsWith('-')) return UNCLEAR;
  const { text } = word;
  if (!BUILTINS.has(text)) {
    // A relative path means a file of the worktree.
    return text.includes('/') && !text.startsWith('/') ? UNCLEAR : { kind: 'program', name: text };
  }
  const line = words.map((one) => (one.kind === 'word' ? one.raw : one.text)).join(' ');
  if (SET.test(line)) return { kind: 'none', stopsAtFailure: ERREXIT.test(line) };
  return first > 0 || !HARMLESS.has(text) ? UNCLEAR : { kind: 'none', stopsAtFailure: false };
}

interface Simple {
  /** Its words, and its redirections. */
  readonly words: readonly (Word | Operator)[];
  /** What stands behind it; '' = nothing. */
  readonly end: string;
}

/** Is it commands one after the other, without choices, subshells and functions? */
function isPlainList({ tokens, rest }: ShellWords): boolean {
  // In what was not read a choice can't be distinguished from a text.
  if (/\|\||\(\s*\)/.test(rest)) return false;
  return tokens.every((token, at) => {
    if (token.kind === 'operator') return !['||', '(', ')', ';;'].includes(token.text);
    const before = tokens[at - 1];
    const isFirst = before === undefined || (before.kind === 'operator' && SEPARATORS.has(before.text));
    return !isFirst || !RESERVED.has(token.raw);
  });
}

const SEPARATORS = new Set([';', '\n', '&', '|', '&&']);

function splitAtOperators({ tokens }: ShellWords): Simple[] {
  const commands: Simple[] = [];
  let words: (Word | Operator)[] = [];
  for (const token of tokens)
    if (token.kind === 'operator' && SEPARATORS.has(token.text)) {
      // The lines of a list that continues after `&&` or `|`, and empty lines.
      if (words.length > 0) commands.push({ words, end: token.text });
      words = [];
    } else words.push(token);
  if (words.length > 0) commands.push({ words, end: '' });
  return commands;
}

const isWrapper = (word: Word | Operator): boolean => word.kind === 'word' && WRAPPERS.has(word.text);

const isPassedOver = (word: Word): boolean => /^[A-Za-z_]\w*\+?=/.test(word.raw) || isWrapper(word);

/** Does the whole fail with its first command? @param commands from that one on */
function isVital(commands: readonly Simple[], stopsAtFailure: boolean): boolean {
  const [first, ...rest] = commands;
  if (rest.length === 0) return first?.end !== '&';
  if (stopsAtFailure && (first?.end === ';' || first?.end === '\n')) return true;
  return commands.every(({ end }, at) => (at === commands.length - 1 ? end !== '&' : end === '&&'));
}
