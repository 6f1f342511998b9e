import { failed, ok, type Problem, type Result } from '../problem.ts';
import { plainText } from '../plain-text.ts';
import { plain } from './plain.ts';

export interface NewEntry {
  /** Prefix of its id, which it gets later: `T`. */
  readonly prefix: string;
  readonly title: string;
  /** Fields as typed; '' = none. */
  readonly depends: string;
  readonly files: string;
  readonly priority: string;
  readonly body: string;
}

/**
 * The markdown of an entry that `kanban add` puts into TODO.md.
 * @returns all problems at once: no title, an unreadable priority, a body that would not stay inside the entry.
 */
export function entryText({ prefix, title, depends, files, priority, body }: NewEntry): Result<string> {
  const heading = plain(title);
  const text = plainText(body)
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^\s*\n/, '')
    .trimEnd();
  const problems = [
    ...(heading === '' ? [NO_TITLE] : []),
    ...priorityProblems(priority),
    ...bodyProblems(text, prefix),
  ];
  if (problems.length > 0) return failed(problems);
  const fields = Object.entries({ depends, files, priority }).filter(([, value]) => value !== '');
  // A body that begins with a list would be one list with the fields if both had the same bullet.
  const bullet = text.startsWith('- ') ? '*' : '-';
  const list = fields.map(([key, value]) => `${bullet} ${key}: ${listed(key, value)}`).join('\n');
  const parts = [`## ${prefix}-?: ${heading}`, list, text];
  return ok(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
}

const listed = (key: string, value: string): string =>
  key === 'priority'
    ? value
    : value
        .split(/[\s,]+/)
        .filter((part) => part !== '')
        .join(', ');

const NO_TITLE: Problem = {
  code: 'no-title',
  message: 'an entry needs a title',
  fix: 'kanban add "what is to be done"',
};

function priorityProblems(priority: string): Problem[] {
  if (priority === '' || /^(p[0-4]|critical|high|medium|low)$/i.test(priority)) return [];
  return [
    {
      code: 'unknown-priority',
      message: `'${plain(priority)}' is no priority`,
      fix: 'P0 (first) to P4, or critical, high, medium, low',
    },
  ];
}

/** Outside of fences, a level-1 heading ends an entry and one with an id begins another. */
function bodyProblems(body: string, prefix: string): Problem[] {
  let fence: string | null = null;
  for (const line of body.split('\n')) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark !== undefined) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    else if (fence === null && /^ {0,3}# /.test(line)) return [outside(line)];
    else if (fence === null && line.startsWith('## ') && line.includes(`${prefix}-`)) return [outside(line)];
  }
  return fence === null
    ? []
    : [{ code: 'open-fence', message: 'the body has a code fence that is not closed', fix: `close it with ${fence}` }];
}

const outside = (line: string): Problem => ({
  code: 'body-leaves-entry',
  message: `this line of the body would not belong to the entry: ${plain(line)}`,
  fix: 'make it a heading of level 3, or add the entries one by one',
});
