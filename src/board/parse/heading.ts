import { TAGS, type Tag } from '../entry.ts';

/** The ids of a board as patterns. */
export interface Grammar {
  /** For a memo: another key, other readings. */
  readonly key: string;
  readonly prefixes: readonly string[];
  /** A whole word that is an id: `T-12`. */
  readonly isId: (word: string) => boolean;
  /** Source of a pattern for an id or `T-?`, without groups. */
  readonly pattern: string;
}

export function createGrammar(ids: readonly string[]): Grammar {
  const prefixes =
    [...ids]
      .sort((a, b) => b.length - a.length)
      .map(escapePattern)
      .join('|') || 'T';
  const exact = new RegExp(`^(?:${prefixes})-\\d+$`);
  return {
    key: ids.join(' '),
    prefixes: ids,
    isId: (word) => exact.test(word),
    pattern: `(?:${prefixes})-(?:\\d+|\\?)`,
  };
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');

export interface TagToken {
  /** null: a word in brackets that is no tag. */
  readonly tag: Tag | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A heading's (or a note's first) line, read. Offsets count from where `parseHead` begins. */
export interface Head {
  readonly id: string | null;
  /** `T-12` or `T-?` as it stands; empty where a note has none. */
  readonly idStart: number;
  readonly idEnd: number;
  /** Where further tags are put: before the id and what wraps it. */
  readonly tagsAt: number;
  readonly tokens: readonly TagToken[];
  readonly title: string;
}

const WRAP = '(?:\\*\\*|__|[*_`\\[])?';
const UNWRAP = '(?:\\*\\*|__|[*_`\\]])?';
const heads = new WeakMap<Grammar, RegExp>();

/**
 * Reads `[RETRY] T-12: Title`, `**T-12**: Title`, `T-12 - Title`, `T-12 – Title`, `T-12 Title [RETRY]`, `T-?: Title`.
 * @param content the line without its `#`s or its checkbox
 * @returns null if it carries no id; with `idOptional` (quick notes) never null.
 */
export function parseHead(content: string, grammar: Grammar, idOptional = false): Head | null {
  const tokens: TagToken[] = [];
  let at = leadingTags(content, 0, tokens, idOptional);
  const tagsAt = at;
  const match = idPattern(grammar).exec(content.slice(at));
  if (!match && !idOptional) return null;
  const idStart = at + (match?.[1]?.length ?? 0);
  const raw = match?.[2] ?? '';
  if (match) {
    at = leadingTags(content, at + match[0].length, tokens, true);
    at += /^(?:[ \t]*:|[.)]|[ \t]+[-–—]+(?=[ \t]|$)|[-–—](?=[ \t]|$))?[ \t]*/.exec(content.slice(at))![0].length;
    at = leadingTags(content, at, tokens, true);
  }
  const end = trailingTags(content, at, tokens);
  const id = raw === '' || raw.endsWith('?') ? null : raw;
  return { id, idStart, idEnd: idStart + raw.length, tagsAt, tokens, title: content.slice(at, end).trim() };
}

function idPattern(grammar: Grammar): RegExp {
  const known = heads.get(grammar);
  if (known) return known;
  const made = new RegExp(`^(${WRAP})(${grammar.pattern})(?::?${UNWRAP})(?=[\\s:]|[.)\\-–—](?:\\s|$)|$)`);
  heads.set(grammar, made);
  return made;
}

/** Known tags count in any case; unknown words in brackets are kept as tokens unless `knownOnly`. */
function leadingTags(content: string, from: number, tokens: TagToken[], knownOnly: boolean): number {
  let at = from + /^[ \t]*/.exec(content.slice(from))![0].length;
  for (;;) {
    const match = /^\[([^[\]\r\n]{1,40})](?!\()[ \t]*/.exec(content.slice(at));
    if (!match) break;
    const word = match[1]!.trim().toUpperCase();
    const tag = TAGS.find((one) => one === word) ?? null;
    if (tag === null && (knownOnly || !/^[A-Z][A-Z _]*$/.test(word))) break;
    tokens.push({ tag, text: match[1]!, start: at, end: at + match[1]!.length + 2 });
    at += match[0].length;
  }
  return tokens.length > 0 && at > from ? at : from + /^[ \t]*/.exec(content.slice(from))![0].length;
}

/** At the end of a title only tags exactly as they are written by the coordinator. */
function trailingTags(content: string, from: number, tokens: TagToken[]): number {
  let end = content.length;
  for (;;) {
    const match = /[ \t]\[(RETRY|ESCALATED|PAUSED|APPROVE)\][ \t]*$/.exec(content.slice(from, end));
    if (!match) return end;
    end = from + match.index;
    const start = end + 1;
    tokens.push({ tag: match[1] as Tag, text: match[1]!, start, end: start + match[1]!.length + 2 });
  }
}
