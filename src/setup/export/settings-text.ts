import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit, type Node, type Pair } from 'yaml';
import { placeAt, type Problem } from '../../problem.ts';
import * as messages from './messages.ts';

/** WORKFLOW.md without the values of its `env` settings. */
export interface SettingsText {
  readonly text: string;
  /** Names of the variables whose values were left out. */
  readonly emptied: readonly string[];
}

interface Emptied {
  readonly name: string;
  /** Offsets into the front matter. */
  readonly start: number;
  readonly end: number;
  readonly written: string;
}

/** A variable that is set in WORKFLOW.md may hold a secret: its name stays, its value goes. All other bytes stay. */
export function withoutValues(text: string): SettingsText {
  const [, fence = '', source = ''] = /^(\ufeff?---[^\n]*\n)([^]*?)(?=^---[ \t\r]*$)/m.exec(text) ?? [];
  if (fence === '' || !text.startsWith(fence)) return { text, emptied: [] };
  const found: Emptied[] = [];
  visit(parseDocument(source, { logLevel: 'silent' }), {
    Pair(_key, pair) {
      if (keyOf(pair) === 'env' && isNode(pair.value)) found.push(...valuesOf(pair.value, source));
    },
  });
  const emptied = found.toSorted((a, b) => b.start - a.start);
  const result = emptied.reduce(
    (all, { start, end, written }) => all.slice(0, start) + written + all.slice(end),
    source,
  );
  return {
    text: fence + result + text.slice(fence.length + source.length),
    emptied: [...new Set(found.map(({ name }) => name))].sort(),
  };
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

/** `{NAME: value}`, or a list with such maps in it. */
function valuesOf(node: Node, source: string): Emptied[] {
  if (isSeq(node)) return node.items.flatMap((item) => (isMap(item) ? valuesOf(item, source) : []));
  if (!isMap(node)) return [];
  return node.items.flatMap((pair): Emptied[] => {
    const { value } = pair;
    if (!isPair(pair) || !(isScalar(value) || isAlias(value)) || value.range == null) return [];
    const [start, end] = value.range;
    const old = source.slice(start, end);
    if (old === '' || (isScalar(value) && value.value === '')) return [];
    // A block of several lines ends with its last line break.
    return [{ name: keyOf(pair), start, end, written: old.endsWith('\n') ? '""\n' : '""' }];
  });
}

/** What tokens and keys look like, and addresses with a password. */
const SECRET =
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16}|glpat-[\w-]{20,}|npm_\w{30,})|-----BEGIN [A-Z ]*PRIVATE KEY|hooks\.slack\.com\/services\/\w+|:\/\/[^\s/@:'"]+:[^\s/@'"]+@/g;

/** Places of what looks like a secret, each a problem; the secret itself is not shown. @param file its name */
export const secretProblems = (text: string, file: string): readonly Problem[] =>
  [...text.matchAll(SECRET)].map(({ 0: secret, index }) => {
    const where = placeAt(file, text, index, secret.length);
    return {
      code: 'secret-in-file',
      message: messages.looksLikeSecret(file),
      fix: messages.NAME_A_VARIABLE,
      where: { ...where, lineText: where.lineText.replaceAll(SECRET, (found) => '*'.repeat(found.length)) },
    };
  });
