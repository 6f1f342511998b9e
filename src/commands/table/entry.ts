import type { CommandSpec } from '../program/command.ts';
import { answerKeys, id, json, resume, why } from './shared.ts';

const GROUP = 'When an entry needs you';

/** Commands for an entry that needs the user. */
export const ENTRY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'retry',
    group: GROUP,
    summary: 'Try an escalated entry again in its column, with all attempts',
    args: [id],
    options: [
      {
        flags: '--fixed',
        summary:
          'you committed the fix in its worktree: continue at the stage that failed; refused while edits there are not committed',
      },
      { flags: '--mended', summary: 'the former name of --fixed', hidden: true },
      why,
      json,
    ],
    json: answerKeys,
    examples: [
      ['kanban retry T-12', 'the agents try again'],
      ['kanban retry T-12 --fixed', 'after your own commit in .worktrees/T-12'],
    ],
    load: () => import('../retry.ts'),
  },
  {
    name: 'rescope',
    group: GROUP,
    summary: 'Move an entry to TODO with a fresh branch; the old one is kept under refs/kanban/abandoned/',
    args: [id],
    options: [why, json],
    json: answerKeys,
    examples: [['kanban rescope T-12 --why "only the login form"', 'edit its text in TODO.md, too']],
    load: () => import('../rescope.ts'),
  },
  {
    name: 'deprioritize',
    group: GROUP,
    summary: 'Move an entry to the bottom of TODO, paused, and note the blocker',
    args: [id],
    options: [why, resume, json],
    json: answerKeys,
    examples: [
      ['kanban deprioritize T-12 --why "waits for the new API"', 'it waits there, paused, for kanban resume T-12'],
      ['kanban deprioritize T-12 --resume', 'it is picked again when the rest is done'],
    ],
    load: () => import('../deprioritize.ts'),
  },
  {
    name: 'abandon',
    group: GROUP,
    summary: 'Remove an entry from the board, with the reason in CHANGELOG.md; its branch is kept',
    args: [id],
    options: [{ ...why, summary: 'the reason, for CHANGELOG.md', required: true }, json],
    json: answerKeys,
    examples: [['kanban abandon T-12 --why "not needed any more"', '']],
    load: () => import('../abandon.ts'),
  },
  {
    name: 'undo',
    group: GROUP,
    summary: 'Revert a landing: remove its code and CHANGELOG line, put the entry on top of TODO, paused',
    args: [id],
    options: [{ ...why, summary: 'the reason; the next agent reads it', required: true }, resume, json],
    json: answerKeys,
    examples: [['kanban undo T-12 --why "it locks everybody out"', 'one commit, as git revert would make it']],
    load: () => import('../undo.ts'),
  },
  {
    name: 'approve',
    group: GROUP,
    summary: 'Approve an entry that waits with [APPROVE]',
    args: [id],
    options: [why, json],
    json: answerKeys,
    examples: [['kanban approve T-12', 'start or land it']],
    load: () => import('../approve.ts'),
  },
];
