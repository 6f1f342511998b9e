import type { Board, Column, ColumnText } from '../entry.ts';
import { createGrammar, type Grammar } from './heading.ts';
import { readSection, type SectionFacts } from './section-facts.ts';
import { newSectionMemo, type Section, type SectionMemo as Sections } from './sections.ts';

/** What parsing remembers between two calls. Holds no facts of its own: a fresh one gives the same boards, slower. */
export interface SectionMemo {
  current: {
    readonly grammar: Grammar;
    readonly sections: Sections<SectionFacts>;
    readonly columns: Map<string, ParsedColumn>;
    /** The last board and what it was made from: most looks find it unchanged. */
    board: { readonly parsed: Readonly<Record<Column, ParsedColumn>>; readonly board: Board } | null;
  } | null;
}

/** A column with what the entries' problems are made from. */
export interface ParsedColumn {
  readonly column: ColumnText;
  readonly sections: readonly Section<SectionFacts>[];
  /** Where a further level-1 heading begins; the text's length if there is none. */
  readonly liveEnd: number;
  readonly marks: readonly Mark[];
}

/** A section that has something to complain about. */
export interface Mark {
  readonly start: number;
  readonly facts: SectionFacts | SectionFacts['notes'][number];
  readonly suspects: SectionFacts['suspects'];
  /** Index of the entry that it belongs to; -1: none. */
  readonly entry: number;
  /** Stands above the first entry. */
  readonly above: boolean;
  /** Quick notes are read here. */
  readonly noteAbove: boolean;
}

/** Keep one for as long as the board is read again and again; the cost of a parse is then that of what changed. */
export function createSectionMemo(): SectionMemo {
  return { current: null };
}

/** The part of the memo that holds for these ids; other ids start afresh. */
export function memoFor(memo: SectionMemo, ids: readonly string[]): NonNullable<SectionMemo['current']> {
  if (memo.current && memo.current.grammar.key === ids.join(' ')) return memo.current;
  const grammar = createGrammar(ids);
  memo.current = {
    grammar,
    sections: newSectionMemo((tree, text) => readSection(tree, text, grammar)),
    columns: new Map(),
    board: null,
  };
  return memo.current;
}
