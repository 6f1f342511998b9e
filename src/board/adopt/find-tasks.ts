import type { List, ListItem, RootContent } from 'mdast';
import { endOf, startOf } from '../parse/field-list.ts';
import { lineEnd, lineStart } from '../parse/line-breaks.ts';
import { parseMarkdown } from '../parse/sections.ts';
import { isPartOfEntry } from '../parse/suspects/headings.ts';
import { outlineOf, type Part } from './outline.ts';
import { isAbout, isLinkAlone, looksDone, namesDone, namesLater, namesTasks, withoutMarker } from './task-words.ts';

/** A task as it stands in a text. Offsets are UTF-16 units. */
export interface FoundTask {
  /** In one line, without its marker. */
  readonly title: string;
  /** The heading that it stands under, where that says more than "to do"; null = none. */
  readonly area: string | null;
  /** It stands under a heading such as "Later" or "Ideas": nobody has decided to do it. */
  readonly isLater: boolean;
  /** Its whole lines. */
  readonly start: number;
  readonly end: number;
  /** Its lines below the title. */
  readonly rest: string;
  /** They are indented as the text of a list item is. */
  readonly isIndented: boolean;
}

/** What is no task, or is done: it stays where it is. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

export interface FoundTasks {
  readonly tasks: readonly FoundTask[];
  readonly done: readonly Passage[];
  /** Without headings. */
  readonly other: readonly Passage[];
}

export interface Reading {
  /** All of it is a list of work; else only boxes, and what stands below a heading such as "Roadmap". */
  readonly isTaskFile: boolean;
  /** Passages that are not looked at: entries of a board. */
  readonly skip: readonly Passage[];
}

/** Reads the tasks of a text: items of lists, and headings with their text. */
export function findTasks(text: string, reading: Reading): FoundTasks {
  const finder = new Finder(text, reading.skip);
  finder.read(outlineOf(parseMarkdown(text), text), reading.isTaskFile ? 'tasks' : 'prose', null);
  return finder;
}

/** `later`: tasks that nobody has decided to do. */
type Area = 'tasks' | 'later' | 'prose' | 'done';

class Finder implements FoundTasks {
  readonly tasks: FoundTask[] = [];
  readonly done: Passage[] = [];
  readonly other: Passage[] = [];
  readonly #text: string;
  readonly #skip: readonly Passage[];

  constructor(text: string, skip: readonly Passage[]) {
    this.#text = text;
    this.#skip = skip;
  }

  read(part: Part, area: Area, under: string | null): void {
    for (const node of part.nodes) this.#readNode(node, area, under);
    for (const below of part.parts) {
      if (this.#isSkipped(below.start)) continue;
      const own = areaOf(below.title, area);
      if (hasTasks(own) && isTask(below, part.parts)) this.#addHeading(below, own, under);
      else {
        const isTitle = below.depth === 1;
        const heading = isTitle || namesTasks(below.title) || own === 'prose' ? under : below.title;
        this.read(below, own, heading);
      }
    }
  }

  #isSkipped(offset: number): boolean {
    return this.#skip.some(({ start, end }) => start <= offset && offset < end);
  }

  #addHeading(part: Part, area: Area, under: string | null): void {
    if (looksDone(part.title)) return void this.done.push(part);
    const rest = this.#text.slice(part.headingEnd, part.end);
    this.tasks.push({
      title: withoutMarker(part.title),
      area: under,
      isLater: area === 'later',
      start: part.start,
      end: part.end,
      rest,
      isIndented: false,
    });
  }

  #readNode(node: RootContent, area: Area, under: string | null): void {
    const passage = { start: startOf(node), end: endOf(node) };
    if (node.type === 'list') for (const item of node.children) this.#readItem(item, node, area, under);
    else if (node.type !== 'thematicBreak' && !this.#isSkipped(passage.start)) this.other.push(passage);
  }

  #readItem(item: ListItem, list: List, area: Area, under: string | null): void {
    const start = lineStart(this.#text, startOf(item));
    const next = list.children[list.children.indexOf(item) + 1];
    const end = next === undefined ? lineEnd(this.#text, endOf(item)) : lineStart(this.#text, startOf(next));
    const passage = { start, end };
    if (this.#isSkipped(startOf(item))) return;
    const words = wordsOfItem(item, this.#text);
    if (item.checked === true || area === 'done' || looksDone(words)) return void this.done.push(passage);
    const [first] = item.children;
    const isTask = first?.type === 'paragraph' && (item.checked === false || hasTasks(area)) && !isLinkAlone(words);
    if (!isTask || withoutMarker(words).trim() === '') return void this.other.push(passage);
    const own = this.#text.slice(startOf(first), endOf(first));
    const isShort = own.length <= MAX_TITLE;
    const titleEnd = isShort ? endOf(first) : lineEnd(this.#text, startOf(first));
    const title = withoutMarker(
      this.#text
        .slice(startOf(first), titleEnd)
        .replaceAll(/\s*[\r\n]\s*/g, ' ')
        .trim(),
    );
    const rest = this.#text.slice(lineEnd(this.#text, isShort ? titleEnd : startOf(first)), end);
    this.tasks.push({ title, area: under, isLater: area === 'later', start, end, rest, isIndented: true });
  }
}

/** A first paragraph of at most so many characters is the title as a whole; else its first line is. */
const MAX_TITLE = 120;

function wordsOfItem(item: ListItem, text: string): string {
  const [first] = item.children;
  return first === undefined ? '' : text.slice(startOf(first), endOf(first));
}

const hasTasks = (area: Area): boolean => area === 'tasks' || area === 'later';

function areaOf(title: string, above: Area): Area {
  if (namesDone(title) || above === 'done') return 'done';
  if (namesLater(title)) return 'later';
  if (namesTasks(title)) return above === 'later' ? 'later' : 'tasks';
  return isAbout(title) ? 'prose' : above;
}

/** Is the heading itself a task? If not, it names the tasks below it. @param siblings with it */
function isTask(part: Part, siblings: readonly Part[]): boolean {
  const { title, nodes, parts, depth } = part;
  if (namesTasks(title) || isPartOfEntry(title) || title.trim() === '') return false;
  if (depth === 1 && !areAllTasks(siblings)) return false;
  const [first] = nodes;
  if (parts.length > 0) return parts.every((below) => isPartOfEntry(below.title)) && first?.type !== 'list';
  const isWorded = /\S\s+\S/.test(title);
  if (first === undefined) return isWorded;
  if (first.type !== 'list') return true;
  const hasBoxes = nodes.some((node) => node.type === 'list' && node.children.some(({ checked }) => checked != null));
  return isWorded && !hasBoxes && depth > 1;
}

/** Headings of level 1 are tasks where there are several, and none is a title or names a list. */
const areAllTasks = (parts: readonly Part[]): boolean =>
  parts.length > 1 &&
  parts.every(({ title, depth }) => depth === 1 && !namesTasks(title) && !namesDone(title) && !isAbout(title));
