import type { CommandSpec, OptionSpec } from '../program/command.ts';
import { answerKeys, id, json, PRIORITIES, why } from './shared.ts';

const GROUP = 'Change entries';

const was: OptionSpec = {
  flags: '--was <hash>',
  summary: 'SHA-256 of the text that you have seen, without blank lines at its end: refused if the entry changed since',
};
const presentText = [
  'text',
  'the present text, where it is another one than the change was made from; may be absent',
] as const;

/** Commands that do what a hand edit does. */
export const CHANGE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'move',
    group: GROUP,
    summary: 'Move an entry, as by hand, to another column (its run is stopped first) or within its own',
    args: [
      id,
      {
        name: 'column',
        form: 'required',
        completes: ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'],
        summary: 'TODO, IN_PROGRESS, REVIEW or TESTING (this accepts it as reviewed)',
      },
    ],
    options: [
      {
        flags: '--before <id>',
        summary: 'put it before this entry',
        completes: 'ids',
        conflicts: ['--top', '--bottom'],
      },
      { flags: '--top', summary: 'put it before all entries of the column', conflicts: ['--bottom'] },
      { flags: '--bottom', summary: 'put it behind all entries of the column' },
      why,
      json,
    ],
    examples: [
      ['kanban move T-12 TODO', 'on top of TODO; its branch is continued at the next pick'],
      ['kanban move T-12 testing', 'you have reviewed it yourself'],
      ['kanban move T-12 TODO --before T-9', 'the order in the file is the order of work'],
    ],
    json: answerKeys,
    load: () => import('../move.ts'),
  },
  {
    name: 'edit',
    group: GROUP,
    summary:
      "Edit an entry's text in $EDITOR, or set parts of it; refused if the entry changed meanwhile, your text is kept",
    args: [id, { name: '-', form: 'optional', summary: 'read the whole text from stdin' }],
    options: [
      { flags: '--title <title>', short: 't', summary: 'the new title' },
      { flags: '--body <text>', short: 'b', summary: 'the new text below heading and fields; - reads it from stdin' },
      {
        flags: '--field <key=value>',
        short: 'f',
        summary: 'set a field; key= removes it; may be given several times',
        kind: 'list',
      },
      json,
    ],
    examples: [
      ['kanban edit T-12', 'the next run gets the new text'],
      ['kanban edit T-12 --field priority=P0 --field depends=', 'more important, and no longer waiting'],
      ['cat entry.md | kanban edit T-12 -', 'its whole text, heading included'],
    ],
    json: [...answerKeys, presentText],
    load: () => import('../edit.ts'),
  },
  {
    name: 'tick',
    group: GROUP,
    summary: 'Tick a checkbox of an entry by its text, as by hand',
    args: [id, { name: 'criterion', form: 'any-number', summary: 'the text of the checkbox' }],
    options: [{ flags: '--undo', summary: 'untick it' }, was, json],
    examples: [
      ['kanban tick T-12 "the message names neither field"', 'upper and lower case do not matter'],
      ['kanban tick T-12 "the message names neither field" --undo', 'no longer'],
    ],
    json: [...answerKeys, presentText],
    load: () => import('../tick.ts'),
  },
  {
    name: 'comment',
    group: GROUP,
    summary: 'Add a comment to the feedback of an entry, for its next run (kanban inject reaches the active run)',
    args: [id, { name: 'text', form: 'any-number', summary: 'the comment; - reads it from stdin' }],
    options: [was, json],
    examples: [['kanban comment T-12 "src/auth.ts:40: answer 400, not 500"', 'behind the findings so far']],
    json: [...answerKeys, presentText],
    load: () => import('../comment.ts'),
  },
  {
    name: 'prioritize',
    group: GROUP,
    summary: 'Put an entry on top of its column, or set its priority',
    args: [id],
    options: [
      {
        flags: '--priority <priority>',
        short: 'p',
        summary: 'set this field instead: P0 (first) to P4',
        completes: PRIORITIES,
        conflicts: ['--why'],
      },
      why,
      json,
    ],
    examples: [
      ['kanban prioritize T-12', 'entries with a higher priority still come before it'],
      ['kanban prioritize T-12 --priority P0', 'before all others'],
    ],
    json: answerKeys,
    load: () => import('../prioritize.ts'),
  },
  {
    name: 'rm',
    group: GROUP,
    summary: 'Delete an entry from the board, as by hand; its run is stopped and its branch is kept',
    args: [id],
    options: [why, json],
    examples: [['kanban rm T-12', 'kanban abandon also notes the reason in CHANGELOG.md']],
    json: answerKeys,
    load: () => import('../rm.ts'),
  },
];
