import { certainLine } from '../../telling-line.ts';
import * as messages from '../messages.ts';
import { oneLine } from '../one-line.ts';

/** The first lines of a report's prose, as one line. Headings and items of lists lose their marks. */
export function firstLines(text: string): string {
  const prose = proseOf(text);
  return oneLine(asSentence((prose.length === 0 ? linesOf(text) : prose).slice(0, 3))) || messages.NO_TEXT;
}

const ITEM = /^(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(?=\S)/;

/** `Conflicts in:`, `- a.c`, `- b.c` → `Conflicts in: a.c; b.c` */
const asSentence = (lines: readonly string[]): string =>
  lines.reduce((text, line, at) => {
    const isNext = at > 0 && ITEM.test(line) && ITEM.test(lines[at - 1] ?? '');
    const mark = isNext && !/[.,;:!?]$/.test(text) ? ';' : '';
    return `${text}${mark}${at === 0 ? '' : ' '}${line.replace(ITEM, '')}`;
  }, '');

/** A failing report in one line: how it begins, and, if that names no failure, the line that does. */
export function shortOf(report: string): string {
  // An agent may write a megabyte; this is read at each tick until the result is recorded.
  const text = report.length > 2 * LOOKED_AT ? `${report.slice(0, LOOKED_AT)}\n${report.slice(-LOOKED_AT)}` : report;
  const head = firstLines(text);
  if (certainLine(proseOf(text).slice(0, 3).join('\n')) !== null) return head;
  const telling = certainLine(codeOf(text)) ?? certainLine(text);
  if (telling === null || head.includes(telling)) return head;
  return proseOf(text).length === 0 ? telling : `${oneLine(head, 120)} ${oneLine(telling, 179)}`;
}

/** Characters at the beginning and at the end of a report that are looked at. */
const LOOKED_AT = 16 * 1024;

const FENCE = /^ {0,3}(?:```|~~~)/;

/** Each line, and whether it is of a code block (fenced or indented). */
function marked(text: string): { readonly line: string; readonly isCode: boolean }[] {
  let isFenced = false;
  return text.split('\n').flatMap((line) => {
    if (FENCE.test(line)) {
      isFenced = !isFenced;
      return [];
    }
    return [{ line, isCode: isFenced || /^(?: {4}|\t)/.test(line) }];
  });
}

const linesOf = (text: string): string[] =>
  marked(text).flatMap(({ line }) => (line.trim() === '' ? [] : [line.trim()]));

/** The prose up to the first code block, without the line that announces it. */
function proseOf(text: string): string[] {
  const some = marked(text).filter(({ line }) => line.trim() !== '');
  const end = some.findIndex(({ isCode }) => isCode);
  const prose = (end < 0 ? some : some.slice(0, end)).map(({ line }) => line.replace(/^#+\s/, '').trim());
  return end > 1 && prose.at(-1)?.endsWith(':') === true ? prose.slice(0, -1) : prose;
}

const codeOf = (text: string): string =>
  marked(text)
    .flatMap(({ line, isCode }) => (isCode ? [line] : []))
    .join('\n');
