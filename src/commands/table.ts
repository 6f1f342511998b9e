import { BOARD_COMMANDS } from './table/boards.ts';
import { CHANGE_COMMANDS } from './table/change.ts';
import { ENTRY_COMMANDS } from './table/entry.ts';
import { INSPECT_COMMANDS } from './table/inspect.ts';
import { FIGURES_COMMANDS } from './table/figures.ts';
import { INTERNAL_COMMANDS } from './table/internal.ts';
import { LOOK_COMMANDS } from './table/look.ts';
import { PROGRAM_COMMANDS } from './table/programs.ts';
import { SETUP_COMMANDS } from './table/setup.ts';
import { WORK_COMMANDS } from './table/work.ts';
import type { CommandSpec } from './program/command.ts';

/** Every command there is: feeds the parser, `--help` and docs/commands.md. */
export const COMMANDS: readonly CommandSpec[] = [
  ...WORK_COMMANDS,
  ...LOOK_COMMANDS,
  ...BOARD_COMMANDS,
  ...FIGURES_COMMANDS,
  ...INSPECT_COMMANDS,
  ...CHANGE_COMMANDS,
  ...ENTRY_COMMANDS,
  ...SETUP_COMMANDS,
  ...PROGRAM_COMMANDS,
  ...INTERNAL_COMMANDS,
];

/** The head of `kanban --help`. */
export const ABOUT =
  'A kanban of plain markdown files, worked by coding agents: reviewed, tested and landed on your branch.';

/** First examples in `kanban --help`. */
export const PRINT_VERSION = 'print the version';
export const DIRECTORY = 'run as if started in that folder; before or after the command';
export const PRINT_HELP = 'Print help for a command';

export const EXAMPLES: readonly (readonly [command: string, what: string])[] = [
  ['kanban init', 'set a repository up'],
  ['kanban add "Drop lodash"', 'or write an entry into board/TODO.md'],
  ['kanban run', 'let agents work, and watch'],
  ['kanban', 'what is at work, what waits, what needs you'],
];

/** How `kanban --help` ends. */
export const WHEN_STUCK: readonly (readonly [command: string, what: string])[] = [
  ['kanban', 'shows what waits and for what, and which commands help'],
  ['kanban show T-12', 'shows one entry: why it is where it is, and the next commands'],
  ['kanban doctor', 'checks everything and says how to fix it'],
  ['kanban stop --now', 'ends every run; its work is kept'],
  ['git log --first-parent', 'shows every move: each is a commit'],
];

export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'a bug in kanban; it says how to report it'],
  ['2', 'wrong usage, unreadable settings or board, or a request that cannot be carried out'],
  ['3', 'preflight found what stops everything, or check found a problem'],
  ['4', 'ended, and entries need you'],
  ['130', 'interrupted'],
];
