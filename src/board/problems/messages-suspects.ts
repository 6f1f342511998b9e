import type { Entry } from '../entry.ts';
import type { Suspect } from '../parse/suspects/suspect.ts';

// Texts of what looks like an entry and is not read as one.

export const unknownPrefix = (prefix: string): string => `${prefix} is not a prefix of task ids here`;
export const addPrefix = (prefix: string): string =>
  `add it to the key ids: in WORKFLOW.md, e.g. "ids: [T, ${prefix}]", or write the heading differently`;

export const misspeltHeading = (written: string): string =>
  `This looks like an entry's heading, but "${written}" is not recognized as one`;
export const writeHeading = (line: string | undefined): string =>
  line === undefined ? 'write it like "## T-12: Title"' : `write "${withTitle(line)}"`;
/** Where the id stands alone, what is missing is shown. */
const withTitle = (line: string): string => (line.endsWith(':') ? `${line} …` : line);

export const wrongHeadingLevel = (id: string): string =>
  `The heading of an entry is of level 2; ${id} is not recognized as one`;
export const writeHeadingOfLevelTwo = (line: string | undefined): string =>
  line === undefined ? 'begin the line with "## "' : `write "${withTitle(line)}", without the line below it`;

export const headingInEntry = ({ id, title }: Entry): string => `This heading belongs to ${id ?? title}`;
export const NOT_A_TASK = 'This line is not read as a task';
export const lineInNote = ({ id, title }: Entry): string =>
  `This line is not read as a task: it is a part of ${id ?? `"${title}"`} above it`;
/** A note's words. */
export const misspeltNote = (written: string): string =>
  `"${written}" looks like a task id, but is none as it is written`;
export const writeNote = (line: string): string => `write "${line}"`;
export const makeItem = (line: string): string => `write "${line}", or indent the line if it belongs there`;
export const makeTask = (line: string): string => `to make it a task, write "${line}"`;

type Block = NonNullable<Suspect['by']>['kind'];

const BLOCK: Readonly<Record<Block, string>> = {
  fence: 'the code fence',
  comment: 'the comment',
  html: 'the HTML block',
  list: 'the list item',
  indentation: 'its indentation',
};

/** @param line where the block opens */
export const swallowed = (id: string, by: Block, line: number): string =>
  `${id} is not recognized as an entry: it is swallowed by ${BLOCK[by]}${by === 'indentation' ? '' : ` opened in line ${line}`}`;

export const OPENED_HERE = 'opened here';

const WITHOUT_INDENT = 'begin the line with "## ", without spaces in front';

export const freeSwallowed = (by: Block, line: number): string =>
  ({
    fence: `close the fence that opens in line ${line}`,
    comment: `close the comment that opens in line ${line} with -->`,
    html: 'put an empty line above the heading',
    list: WITHOUT_INDENT,
    indentation: WITHOUT_INDENT,
  })[by];
