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
  {
    name: 'serve',
    group: GROUP,
    summary: 'Serve the board to browsers of this machine: look, move, edit, approve, comment on diffs',
    args: [],
    options: [
      {
        flags: '--port <port>',
        summary: 'the port to listen on; 0, which is the default, takes a free one',
        kind: 'count',
        least: 0,
        most: 65_535,
      },
      { flags: '--open', summary: 'open it in the browser' },
      { flags: '--read-only', summary: 'nothing can be changed in the browser' },
      {
        flags: '--allow-host <name>',
        summary: 'answer under this name as well, for a reverse proxy on this machine; may be given several times',
        kind: 'list',
      },
      {
        flags: '--host <address>',
        summary: '127.0.0.1 and no other: the error for any other one has the ssh command to use',
      },
    ],
    outlivesReader: true,
    examples: [
      ['kanban serve', 'prints the address; Ctrl-C ends it'],
      ['kanban serve --open --read-only', 'to look on'],
      ['kanban serve --port 4300', 'for ssh -L 4300:127.0.0.1:4300 from another machine'],
    ],
    load: () => import('../serve.ts'),
  },
];
