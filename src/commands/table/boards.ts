import type { CommandSpec } from '../program/command.ts';

const GROUP = 'Look';

/** Commands that show the board and change it by hand. */
export const BOARD_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'tui',
    group: GROUP,
    summary: 'Open the board on the whole terminal: panes, filters, and keys for what can be done (? lists them)',
    args: [],
    options: [
      { flags: '--read-only', short: 'r', summary: 'no key changes anything, until w' },
      { flags: '--no-mouse', summary: 'leave the mouse to the terminal' },
    ],
    examples: [
      ['kanban tui', 'the board; q leaves it, and nothing stops because of that'],
      ['kanban tui --read-only', 'on a screen that others can reach'],
    ],
    load: () => import('../tui.ts'),
  },
];
