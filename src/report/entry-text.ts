import { leavesEntry } from '../board/edit/leaves-entry.ts';
import { writtenGlob } from '../board/parse/fields.ts';
import { failed, ok, placeAt, type Place, type Problem, type Result } from '../problem.ts';
import { hasHidden, plainText } from '../plain-text.ts';
import { plain } from './plain.ts';

/** What an entry is written from. */
export interface EntryParts {
  /** Prefixes of the board's ids; it gets an id with the first one later. */
  readonly ids: readonly string[];
  readonly title: string;
  /** Fields as typed; '' = none. */
  readonly depends: string;
  /** Globs, without quotes. */
  readonly files: readonly string[];
  readonly priority: string;
  readonly agent?: string;
  readonly model?: string;
  readonly approve?: string;
  /** It gets `[PAUSED]`. */
  readonly isPaused?: boolean;
  readonly body: string;
}

/**
 * The markdown of an entry that `kanban add` puts into TODO.md.
 * @returns all problems at once: no title, an unreadable priority, a body that would not stay inside the entry.
 */
export function entryText({ ids, title, body, isPaused = false, ...given }: EntryParts): Result<string> {
  const { depends, priority, agent = '', model = '', approve = '' } = given;
  const files = given.files.map((glob) => writtenGlob(glob) ?? '').join(', ');
  const heading = plain(title);
  const lines = plainText(body).replaceAll(/\r\n?/g, '\n').trimEnd();
  const text = lines.replace(/^\s*\n/, '');
  const fields = Object.entries({ depends, files, priority, agent, model, approve }).filter(
    ([, value]) => value !== '',
  );
  // A body that begins with a list would be one list with the fields if both had the same bullet.
  const bullet = text.startsWith('- ') ? '*' : '-';
  const list = fields.map(([key, value]) => `${bullet} ${key}: ${listed(key, value)}`).join('\n');
  const parts = [`## ${isPaused ? '[PAUSED] ' : ''}${ids[0] ?? 'T'}-?: ${heading}`, list, text];
  const whole = `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  const problems = [
    ...(heading === '' ? [NO_TITLE] : []),
    ...hiddenProblems({ ...given, files: given.files.join(' ') }),
    ...given.files.filter((glob) => writtenGlob(glob) === null).map(unwritable),
    ...priorityProblems(priority),
    ...(text === '' ? [] : bodyProblems(whole, lines, ids)),
  ];
  return problems.length > 0 ? failed(problems) : ok(whole);
}

/** @param value globs come as they are written */
function listed(key: string, value: string): string {
  if (key === 'files') return value;
  if (key !== 'depends') return plain(value);
  const ids = value.split(/[\s,]+/).filter((part) => part !== '');
  return ids.join(', ');
}

const unwritable = (glob: string): Problem => ({
  code: 'unwritable-glob',
  message: `'${plain(glob)}' cannot be written in a list of files`,
  fix: 'put ? in the place of a quote, a backtick, a line break, or a space at an end of it',
});

const NO_TITLE: Problem = {
  code: 'no-title',
  message: 'an entry needs a title',
  fix: 'kanban add "what is to be done"',
};

/** Without its escape character, `\u001b[31mT-1` would name something else. */
const hiddenProblems = (given: Readonly<Record<string, string | undefined>>): Problem[] =>
  Object.entries(given)
    .filter(([, value]) => value !== undefined && hasHidden(value))
    .map(([name, value]) => ({
      code: 'control-characters',
      message: `the value of ${name} has control characters ('${plain(value ?? '')}' without them)`,
      fix: `type the value of ${name} by hand`,
    }));

function priorityProblems(priority: string): Problem[] {
  if (priority === '' || /^(p[0-4]|critical|high|medium|low)$/i.test(priority)) return [];
  return [
    {
      code: 'unknown-priority',
      message: `'${plain(priority)}' is not a priority`,
      fix: 'P0 (first) to P4, or critical, high, medium, low',
    },
  ];
}

/**
 * What of the body the board would not read as a part of its entry.
 * @param whole the entry's text, which ends with the body and a line break
 */
function bodyProblems(whole: string, body: string, ids: readonly string[]): Problem[] {
  const { headings, open } = leavesEntry(whole, ids);
  const place = (offset: number): Place => {
    const where = placeAt('body', body, Math.max(0, offset - (whole.length - 1 - body.length)));
    return { ...where, length: Math.max(1, where.lineText.length) };
  };
  return [
    ...headings.map((offset) => outside(place(offset))),
    ...(open === null ? [] : [{ ...OPEN[open.kind], ...(open.kind === 'other' ? {} : { where: place(open.offset) }) }]),
  ];
}

const OPEN: Readonly<Record<'fence' | 'comment' | 'other', Problem>> = {
  fence: {
    code: 'open-fence',
    message: 'the body has a code fence that is not closed',
    fix: 'close it with a line like the one that opens it, without a language',
  },
  comment: { code: 'open-comment', message: 'the body has a comment that is not closed', fix: 'close it with -->' },
  other: {
    code: 'open-block',
    message: 'the body has a block of HTML that is not closed: it would hide the entry below',
    fix: 'close it, or put it into a code fence',
  },
};

/** A level-1 heading ends an entry and one with an id begins another. */
const outside = (where: Place): Problem => ({
  code: 'body-leaves-entry',
  message: `this line of the body would not belong to the entry: ${plain(where.lineText)}`,
  where,
  fix: 'make it a heading of level 3 (### …), or add the entries one by one',
});
