import type { View } from '../../contract/view.ts';
import { isForeground } from '../../system/foreground.ts';
import { obeyJobControl, stopJob } from '../../tui/terminal/job-control.ts';
import { Keyboard } from '../../tui/terminal/keyboard.ts';
import type { Io } from '../program/command.ts';

/** Whether the live view of `kanban run` can read keys: a job in the background would be stopped for it. */
export const takesKeys = (io: Io): boolean =>
  io.isTTY && process.stdin.isTTY && io.env['TERM'] !== 'dumb' && isForeground();

/**
 * `i` turns the live view of `kanban run` into the board of the whole terminal, and leaving that turns it back. The keys that
 * a terminal makes signals of are signals still.
 * @returns ends it: the terminal is as it was
 */
export function boardByKey(io: Io, root: string, view: View): () => Promise<void> {
  const stop = new AbortController();
  if (view.standBy === undefined || !takesKeys(io)) return async () => {};
  const ended = takeKeys({ io, root, standBy: view.standBy, signal: stop.signal });
  return () => {
    stop.abort();
    return ended;
  };
}

interface KeyTaking {
  readonly io: Io;
  readonly root: string;
  readonly standBy: NonNullable<View['standBy']>;
  readonly signal: AbortSignal;
}

async function takeKeys({ io, root, standBy, signal }: KeyTaking): Promise<void> {
  while (await isAskedFor(signal)) {
    const { showTui } = await import('../tui.ts');
    const goOn = standBy();
    try {
      const onInterrupt = (): void => interrupt();
      await showTui(io, root, { hasMouse: true, isReadOnly: false, home: 'live', signal, onInterrupt });
    } finally {
      goOn();
    }
  }
}

/** Ctrl-C is for the coordinator. */
const interrupt = (): void => void process.kill(process.pid, 'SIGINT');

/** Until `i` is pressed. @returns false: it was ended before */
function isAskedFor(signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const keyboard = new Keyboard(process.stdin, {
      key: ({ key }) => {
        if (key === 'i') end(true);
        else SIGNALS[key]?.();
      },
      paste: () => {},
      mouse: () => {},
    });
    const open = (): void => {
      if (isForeground()) keyboard.open();
    };
    const release = obeyJobControl({ onStop: () => keyboard.close(), onContinue: open });
    const abort = (): void => end(false);
    const end = (isAsked: boolean): void => {
      keyboard.close();
      release();
      signal.removeEventListener('abort', abort);
      resolve(isAsked);
    };
    signal.addEventListener('abort', abort);
    open();
  });
}

const SIGNALS: Readonly<Record<string, () => void>> = {
  'ctrl-c': interrupt,
  'ctrl-z': stopJob,
  'ctrl-\\': () => void process.kill(0, 'SIGQUIT'),
};
