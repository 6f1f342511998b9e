import { cutText, plainLine as withoutControls } from '../../plain-text.ts';

/** Longer texts are cut: nobody reads them, and a report may hold a megabyte. */
const LONGEST = 1_000;
/** Before a sign that no backslash escapes. */
const BARE = String.raw`(?<=(?:^|[^\\])(?:\\\\)*)`;
const HTML = new RegExp(`${BARE}<(?!(?:https?:\\/\\/|mailto:)[^\\s<>]+>)(?=[!?/A-Za-z])`, 'g');
const ADDRESS = /(?:https?:\/\/|www\.)\S*$/i;
const NUMBERED = new RegExp(`${BARE}&(?=#\\w+;)`, 'g');
const IMAGE = new RegExp(`${BARE}!(?=\\[)`, 'g');
const LINK = new RegExp(`${BARE}\\](?=\\(|:)`, 'g');

/**
 * Any text as one line of a changelog's list: without control characters, escape sequences, and signs that change the
 * direction of text; and so that its markup stays inside the line. Code, emphasis and links to pages are left alone. Text
 * that is such a line stays as it is.
 */
export function plainLine(text: string, most: number = LONGEST): string {
  const flat = flatText(text);
  const cut = flat.length > most ? `${cutText(flat, most - 1, '').trimEnd()}…` : flat;
  return escapeStart(outsideCode(cut, escapeMarkup));
}

/** One line without control characters. */
export function flatText(text: string): string {
  return withoutControls(text.replaceAll(/\p{Cs}/gu, '\ufffd'));
}

/** Applies `change` to what stands outside of code spans; a run of backticks that is never closed is escaped. */
function outsideCode(text: string, change: (part: string, before: string) => string): string {
  let out = '';
  let from = 0;
  const run = /`+/g;
  for (let match = run.exec(text); match !== null; match = run.exec(text)) {
    // A backslash before the first one makes it a plain sign.
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(from, match.index))) continue;
    const end = closingRun(text, run.lastIndex, match[0].length);
    out += change(text.slice(from, match.index), text.slice(0, from));
    if (end === null) out += match[0].replaceAll('`', '\\`');
    else out += text.slice(match.index, end);
    from = end ?? run.lastIndex;
    run.lastIndex = from;
  }
  return out + change(text.slice(from), text.slice(0, from));
}

function closingRun(text: string, from: number, length: number): number | null {
  const run = /`+/g;
  run.lastIndex = from;
  for (let match = run.exec(text); match !== null; match = run.exec(text))
    if (match[0].length === length) return run.lastIndex;
  return null;
}

/** HTML (a comment, a tag), images, links elsewhere than to pages, and characters written by their number. */
function escapeMarkup(text: string, before: string): string {
  return (
    text
      // The address of a page would take the backslash along.
      .replaceAll(HTML, (_, at: number) => (ADDRESS.test(before + text.slice(0, at)) ? '&lt;' : '\\<'))
      .replaceAll(NUMBERED, '\\&')
      .replaceAll(IMAGE, '\\!')
      .replaceAll(LINK, (_, at: number, all: string) => (isPlainLink(all, at) ? ']' : '\\]'))
  );
}

/** `[words](https://…)`, `[words](docs/x.md)`: closed on both sides, and no script. */
function isPlainLink(text: string, at: number): boolean {
  const open = text.lastIndexOf('[', at);
  const label = text.slice(open + 1, at);
  if (open < 0 || /[[\]]/.test(label)) return false;
  return /^\]\((?:https?:\/\/|mailto:|[\w./#-]+(?=[)#?]))[^()\s<>]*\)/.test(text.slice(at));
}

/** What would begin another block at the beginning of a list item. */
function escapeStart(text: string): string {
  if (/^(?:#{1,6}(?=\s|$)|>|~~~|-(?=[\s-]|$)|[+*](?=\s|$)|(?:\*\s*){3}|_\s*_\s*_)/.test(text)) return `\\${text}`;
  // A task box, a link's definition, a footnote's.
  if (/^\[(?:[ xX]\]|\^|[^\]]*\\?\]:)/.test(text)) return `\\${text}`;
  return text.replace(/^(\d{1,9})(?=[.)](?:\s|$))/, '$1\\');
}
