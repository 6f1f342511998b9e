import type { Root } from 'mdast';
import { type Grammar, parseHead } from '../heading.ts';
import { lengthOfLine } from './blocks.ts';
import type { Suspect } from './suspect.ts';

/** `## UTF-8: names of files` is about that, and no task. */
export const STANDARDS =
  /^(?:utf|iso|rfc|sha|md|http|cve|es|aes|rsa|gpt|pep|ecma|ansi|ieee|wcag|usb|ip|ipv|tls|ssl|base|step|phase|part|option|level|case|section|chapter|figure|table|example|scenario|version|v|q|a|x|h|arm|intel|windows|win|node|python|java|vue|react)$/i;

/** Headings of the parts of an entry's text, as people name them. */
const PARTS =
  /^(?:(?:the |current |expected |actual |required |proposed |possible |suggested |known |open |further |more |additional |technical |implementation |acceptance |user |test |manual |how |what |why |non-?|out of |in |definition )*)(?:problem|fix|solution|context|background|description|details?|summary|overview|goals?|motivation|rationale|reason|notes?|questions?|answers?|criteria|criterion|requirements?|scope|steps?(?: to reproduce)?|to reproduce|reproduction|repro|behaviou?r|result|results|output|tests?|testing|test plan|verification|design|approach|implementation|plan|tasks?|todo|checklist|done|of done|examples?|usage|api|interface|schema|data|references?|links?|resources|related|see also|alternatives?|risks?|impact|security|performance|migration|rollback|rollout|docs|documentation|changes?|changelog|files?|location|environment|logs?|screenshots?|stories|story|constraints?|assumptions?|dependencies|hints?|tips?|findings?|feedback|report|review|appendix|introduction|conclusion|status|progress|history|priority|estimate|why|how|what|when|where|who|now|later|today)(?=[ :?]|$)/i;

/** Does a heading name a part of an entry's text (`Problem`, `Acceptance criteria`)? */
export const isPartOfEntry = (title: string): boolean => /^\W*$/.test(title.replace(PARTS, '')) && PARTS.test(title);

/** Words that name a part of a text by themselves, and begin a task with a word behind: `Fix the login`, `Test on Windows`. */
const BEGINS_TASK =
  /^(?:fix(?:es)?|test|change|review|plan|report|design|document|output|estimate|list|file|link|schema|migration|rollback|(?:to)?day|now|later|docs|performance|security|todo)[:,]?\s+(?!(?:for|of|and|plan|cases?|results?|notes?|steps?|criteria|with)\b)\w/i;

/** Where an entry's text may have parts, `Problem with T-1` is one. */
const mayBePart = (title: string): boolean => PARTS.test(title) && !BEGINS_TASK.test(title);

/** `## Add a dark mode`, `## [P1] T-8: x`: a heading of level 2 that has no id, or not where it is looked for. */
export function withoutId(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    const offset = node.position?.start.offset ?? 0;
    if (node.type !== 'heading' || node.depth !== 2 || offset < from) return [];
    const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
    const content = line.replace(/^#+[ \t]*/, '').replace(/[ \t]+#+$/, '');
    if (!line.startsWith('##') || content === '' || parseHead(content, grammar) !== null) return [];
    const prefix = grammar.prefixes[0] ?? 'T';
    const misspelt = misspeltHeading(content, grammar, prefix);
    if (misspelt !== null) return [{ ...misspelt, offset, length: line.length }];
    if (looksLikeId(content) || isPartOfEntry(content) || !/\s/.test(content)) return [];
    const id = `## ${prefix}-?: ${content}`;
    return [{ kind: 'no-id', id, offset, length: line.length, ...(mayBePart(content) ? { mayBePart: true } : {}) }];
  });
}

/** `T-3: x` underlined with `=`: a heading of level 1. */
export function underlinedTitles(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    const offset = node.position?.start.offset ?? 0;
    if (node.type !== 'heading' || node.depth !== 1 || offset < from || text[offset] === '#') return [];
    const content = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
    const id = new RegExp(grammar.pattern).exec(content)?.[0];
    if (id === undefined || parseHead(content, grammar) === null) return [];
    return [{ kind: 'level', id, offset, length: content.length, line: `## ${content}` }];
  });
}

/** What people put in front of an id: `[P1]`, `(bug)`, `Task`, an emoji. */
const BEFORE_ID =
  /^(?:\[[^\]]*\]|\([^)]*\)|<[^>]*>|P[0-4]\b|\d{1,3}[.)]|(?:task|todo|bug|fix|feat|feature|chore|docs|story|ticket|issue|item)\b|[^\p{L}\p{N}])*$/iu;

/** What stands for a number that is not known yet, or is none: `T-x`, `T-`, `T-??`, `T-12a`, `T-1.2`. */
const NO_NUMBER =
  /^-(?:[?xn#_*]*|\w{0,2}|tbd|tba|new|next|todo|nnn|\d[\w./,&+-]*)(?=[ \t]*(?::|[-–—]+[ \t]|$))|^-(?:[?#_*]*|[xn]+)(?=[ \t])/i;

/** `✅ T-3: x`, `(T-5) x`, `[T-7](url): x`, `#T-13: x`, `~~T-7~~`, `T-x: x`: an id is there, but not as it is read. */
function misspeltHeading(
  content: string,
  grammar: Grammar,
  prefix: string,
): Pick<Suspect, 'kind' | 'id' | 'line' | 'isWorded'> | null {
  const inside = new RegExp(`^(.*?)(?<![\\w-])(${grammar.pattern})(?![\\w'’?-]|[.,]\\d)(.*)$`).exec(content);
  const [, before = '', id = '', behind = ''] = inside ?? [];
  if (inside !== null && BEFORE_ID.test(before)) {
    const title = behind
      .replace(/^\]\([^)]*\)/, '')
      .replace(/^(?:<[^>]*>|[^\p{L}\p{N}\p{S}`"'(<[])+/u, '')
      .replace(/^~+\s*/, '');
    const line = `## ${id}: ${title}`.trimEnd();
    const isWorded = /\p{L}/u.test(before.replaceAll(/\[[^\]]*\]|\([^)]*\)|<[^>]*>/g, ''));
    if (isWorded && !/^\W{0,4}:/.test(behind)) return { kind: 'no-id', id: line };
    return { kind: 'misspelt', id, line, isWorded };
  }
  for (const one of grammar.prefixes) {
    const written = content.replace(/^(?:\[[^\]]*\]|[^\p{L}\p{N}])+/u, '');
    const number = written.toLowerCase().startsWith(one.toLowerCase())
      ? NO_NUMBER.exec(written.slice(one.length))
      : null;
    if (number === null || /^-\d+$/.test(number[0])) continue;
    const title = written.slice(one.length + number[0].length).replace(/^[^\p{L}\p{N}\p{S}`"'(<[]+/u, '');
    return { kind: 'misspelt', id: one + number[0], line: `## ${one || prefix}-?: ${title}`.trimEnd() };
  }
  return null;
}

/** A heading that begins with an id of another kind is judged as such. */
const looksLikeId = (content: string): boolean =>
  /^(?:\*\*|__|[*_`[])?[A-Za-z]\w*[-_–—−‑‐ ]?(?:\d+|\?)(?![\w])/.test(content);
