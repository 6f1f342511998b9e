import { readFileSync, rmSync } from 'node:fs';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { openBoard } from '../surfaces/board.ts';
import { runInForeground } from '../system/foreground.ts';
import { NEEDS_TERMINAL, WITHOUT_TERMINAL } from '../tui/messages.ts';
import { runTui, type TuiOptions } from '../tui/tui.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock, localClock, stampClock } from './program/local-clock.ts';
import { printProblems, wantsColour } from './program/print.ts';
import { keptFile } from './read/kept-text.ts';

/** `kanban tui`: the board on the whole terminal, until the user leaves it. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  if (!isTerminal(io))
    return printProblems(io, [{ code: 'no-terminal', message: NEEDS_TERMINAL, fix: WITHOUT_TERMINAL }]);
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const { root } = opened.value;
  closeRepository(opened.value);
  const stop = new AbortController();
  let code: ExitCode = EXIT.done;
  const interrupt = (): void => {
    code = EXIT.interrupted;
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await showTui(io, root, {
      hasMouse: options['mouse'] !== false,
      isReadOnly: options['readOnly'] === true,
      home: 'shell',
      signal: stop.signal,
      onInterrupt: interrupt,
    });
    return code;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** A screen of its own needs keys, and a terminal that can place its cursor. */
export const isTerminal = (io: Io): boolean =>
  io.isTTY && process.stdin.isTTY && io.env['TERM'] !== 'dumb' && io.env['TERM'] !== '';

/** Shows the board on the terminal of this process. @param root of the main worktree, absolute */
export async function showTui(
  io: Io,
  root: string,
  options: Pick<TuiOptions, 'hasMouse' | 'isReadOnly' | 'home' | 'signal' | 'onInterrupt'>,
): Promise<void> {
  const board = openBoard(io.cwd, { env: io.env, via: 'tui' });
  try {
    await runTui({
      ...options,
      board,
      stdin: process.stdin,
      stdout: io.stdout,
      now: () => Date.now(),
      clockAt: localClock,
      stamp: stampClock,
      date: dateClock,
      colour: wantsColour(io),
      hasUnicode: hasUnicode(io.env),
      editText: (text, name) => editText(io, { root, text, name }),
    });
  } finally {
    board.close();
  }
}

const hasUnicode = (env: Io['env']): boolean => /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '');

/** The file of the editor is the copy that is kept until the text is written. */
async function editText(
  io: Io,
  { root, text, name }: { readonly root: string; readonly text: string; readonly name: string },
): ReturnType<TuiOptions['editText']> {
  const editor = io.env['VISUAL'] || io.env['EDITOR'] || 'vi';
  const file = keptFile(root, name, text);
  const code = await runInForeground(`${editor} "$1"`, [file], { cwd: root, env: io.env });
  return { text: readFileSync(file, 'utf8'), file, code, forget: () => rmSync(file, { force: true }) };
}
