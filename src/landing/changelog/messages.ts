import type { UnclearForm } from './forms.ts';

/* Forms of a changelog that kanban does not understand, or that another tool writes. */

export const NO_MARKDOWN_NAME: UnclearForm = {
  what: 'its name is not that of a markdown file',
  instead: 'it is read as markdown',
};
export const writtenByTool = (tool: string): UnclearForm => ({
  what: `${tool} seems to write it`,
  instead: 'a landing adds its line all the same; `changelog: false` in WORKFLOW.md leaves the file alone',
});
export const neverClosed = (line: number): UnclearForm => ({
  what: `what opens in line ${line} is never closed, and everything below is part of it`,
  instead: 'lines go above it',
});
export const severalUnreleased = (count: number): UnclearForm => ({
  what: `it has ${count} unreleased sections`,
  instead: 'lines go into the first',
});
export const NO_RELEASE_HEADING: UnclearForm = {
  what: 'no heading in it names a release',
  instead: '`## [Unreleased]` goes on top',
};
export const oldestFirst = (hasUnreleased: boolean): UnclearForm => ({
  what: 'its oldest release comes first',
  instead: hasUnreleased ? 'lines go into the section that it has' : '`## [Unreleased]` goes above the first release',
});

/* Changes of a branch that its landing leaves out. */

export const lineNotAdded = (line: string): string => `not added: ${inQuotes(line)}`;
export const lineNotRemoved = (line: string): string => `not removed: ${inQuotes(line)}`;
export const moreLines = (count: number): string => `and ${count} more lines`;

const inQuotes = (line: string): string => `"${line.length > 100 ? `${line.slice(0, 97)}...` : line}"`;
