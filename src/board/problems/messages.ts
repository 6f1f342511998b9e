import type { Entry } from '../entry.ts';

const nameOf = ({ id, title }: Pick<Entry, 'id' | 'title'>): string => id ?? title;
const quotedName = ({ id, title }: Pick<Entry, 'id' | 'title'>): string => id ?? `"${title}"`;

/** The next free number, as one writes it: `T-?`. */
const openId = (id: string): string => id.replace(/\d+$/, '?');

/* Ids. */

export const idTooLong = (id: string): string => `The number of ${id} is too long for a task id`;
export const shortenId = (id: string, digits: number): string =>
  `write at most ${digits} digits, or ${openId(id)} for the next free number`;

export const idTwiceInFile = (id: string): string => `${id} appears twice in this file`;
export const idInOtherFile = (id: string, path: string): string => `${id} is in ${path}, too`;
export const idTwiceIn = (id: string, path: string): string => `${id} appears twice in ${path}`;
export const FIRST_WRITTEN_HERE = 'first written here';
export const DELETE_ONE = 'delete one of the two';
export const deleteOrRenumber = (id: string): string =>
  `delete one of the two, or write ${openId(id)} for a new number`;

/* Dependencies. */

export const dependsOnItself = (id: string): string => `${id} depends on itself`;
export const TAKE_OUT_OF_DEPENDS = 'take it out of depends';

export const dependencyCycle = (cycle: readonly string[]): string =>
  `These entries wait for each other: ${[...cycle, cycle[0]].join(' → ')}`;
export const BREAK_CYCLE = 'take one of them out of a depends field';

export const abandonedDependency = (entry: Entry, id: string): string =>
  `${nameOf(entry)} depends on ${id}, which was abandoned`;
export const removeOrReopenDependency = (id: string): string =>
  `take ${id} out of depends, or bring its entry back to TODO.md`;

/** @param guess the id that was probably meant; null if none is near */
export const unknownDependency = (entry: Entry, id: string, guess: string | null): string =>
  `${nameOf(entry)} depends on ${id}, which is not on the board and has not landed${guess === null ? '' : ` (is it ${guess}?)`}`;
export const correctDependency = (id: string, guess: string | null): string =>
  guess === null ? `take ${id} out of depends, or add its entry` : `write ${guess}, or take ${id} out of depends`;

/* Fields and tags. */

export const noTitle = (id: string | null): string => `${id ?? 'This entry'} has no title`;
export const writeTitle = (id: string | null): string =>
  `write what is to be done behind the id: "## ${id ?? 'T-?'}: …"`;

export const unknownTag = (tag: string): string => `[${tag}] is not a tag`;
export const WRITE_KNOWN_TAG = 'use [RETRY], [ESCALATED], [PAUSED] or [APPROVE], or put the word behind the id';

export const misspeltField = (key: string, meant: string): string =>
  `"${key}" is not a field that kanban reads: did you mean "${meant}"?`;
export const fieldWithout = (key: string, lacks: 'colon' | 'bullet'): string =>
  lacks === 'colon'
    ? `"${key}" is not read as a field: the colon behind it is missing`
    : `"${key}" is not read as a field: the bullet before it is missing`;
export const writeMeantField = (meant: string, value: string): string => `write "- ${meant}: ${value}", or another key`;

export const priorityInTitle = (entry: Entry, written: string): string =>
  `"${written}" in the title of ${quotedName(entry)} is not read as its priority`;
export const writePriority = (priority: string, isNote: boolean): string =>
  `write "${isNote ? '  ' : ''}- priority: ${priority}" ${isNote ? 'in the next line' : 'below the heading'}`;

export const MIXED_FIELD_LIST =
  'Only some items of the first list are fields (key: value), so none of it is read as fields';
export const SEPARATE_FIELDS =
  'put a line of text, or another bullet (*), between the fields and the list that follows';

export const FIELD_WITHOUT_BULLET = 'This line looks like a field, but fields are list items';
export const ADD_BULLET = 'begin the line with "- ", and put an empty line before the text that follows the fields';

/* Agents. */

export const unknownAgent = (entry: Entry, agent: string): string =>
  `${quotedName(entry)} is for the agent ${agent}, and \`agents\` in WORKFLOW.md has no agent of that name`;
/** @param builtIn the nearest of all agents, which the settings may not name: nobody knows whether it is installed */
export const writeKnownAgent = ({ near, builtIn, configured }: KnownAgents): string => {
  if (near !== null) return `write ${near}`;
  const one = `write one of: ${configured.join(', ')}`;
  return builtIn === null ? one : `${one}; or ${builtIn}, if it is installed`;
};

interface KnownAgents {
  readonly near: string | null;
  readonly builtIn: string | null;
  readonly configured: readonly string[];
}

export const modelIgnored = (entry: Entry, agent: string, model: string): string =>
  `${quotedName(entry)} names the model ${model}, and its agent ${agent} is not given it`;
export const useModel = ({ name, isScript }: { readonly name: string; readonly isScript: boolean }): string =>
  isScript
    ? 'name an agent that has a model ("- agent: <name>"), or take the model out'
    : `add \`{model}\` to \`agents.${name}.args\` in WORKFLOW.md, e.g. [--model, "{model}"], or take the model out`;

export const noScript = (entry: Entry): string =>
  `${quotedName(entry)} is for the agent shell, which runs the entry's first \`\`\`sh block, and there is none`;
export const ADD_SCRIPT = 'add a ```sh block to the entry, or a field "- agent: <name>" for another agent';

/* Edits. */

export const notInColumn = (key: string, path: string): string => `${key} is not an entry of ${path}`;

export const entryChanged = (entry: Entry, path: string): string =>
  `${quotedName(entry)} in ${path} was changed meanwhile`;
export const isQuickNote = (entry: Entry): string =>
  `${quotedName(entry)} is a quick note: it has no fields or body yet`;
export const editNote = ({ id, column }: Entry): string =>
  id === null ? `write it anew in ${column}.md` : `kanban edit ${id} opens its text`;
export const notOneEntry = (entry: Entry, path: string): string =>
  `the new text of ${quotedName(entry)} in ${path} must be exactly this one entry`;
export const ONE_HEADING = 'begin with its heading, keep its id, and add other entries with kanban add';

export const unsafeEdit = (entry: Entry, path: string): string =>
  `${quotedName(entry)} can't be written to ${path}: the file would no longer read as it should`;
export const findUnclosedBlock = (path: string): string =>
  `look for an unclosed code fence, comment or HTML block near the entry in ${path}`;

export const insideOpenBlock = (entry: Entry, path: string, kind: 'fence' | 'comment'): string =>
  `${nameOf(entry)} can't be put into ${path}: a ${kind === 'fence' ? 'code fence' : 'comment'} is open where it would go`;
export const closeBlock = (kind: 'fence' | 'comment', line: number): string =>
  `close the ${kind} that opens in line ${line}`;
