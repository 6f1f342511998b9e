import type { CommandSpec } from '../program/command.ts';
import { answerKeys, id, json, why } from './shared.ts';

const GROUP = 'Change entries';

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
        summary: 'TODO, IN_PROGRESS, REVIEW or TESTING (this accepts it as reviewed)',
      },
    ],
    options: [
      { flags: '--before <id>', summary: 'put it before this entry', conflicts: ['--top', '--bottom'] },
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
      { flags: '--title <title>', summary: 'the new title' },
      { flags: '--body <text>', summary: 'the new text below heading and fields; - reads it from stdin' },
      {
        flags: '--field <key=value>',
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
    json: [
      ...answerKeys,
      ['text', 'the present text, where it is another one than the edit was made from; may be absent'],
    ],
    load: () => import('../edit.ts'),
  },
  {
    name: 'prioritize',
    group: GROUP,
    summary: 'Put an entry on top of its column, or set its priority',
    args: [id],
    options: [
      { flags: '--priority <priority>', summary: 'set this field instead: P0 (first) to P4', conflicts: ['--why'] },
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
