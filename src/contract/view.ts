import type { Snapshot } from './snapshot.ts';
import type { TimedEvent } from './event.ts';

/** What `kanban run` shows while it is active. It only writes to the stream it was given. */
export interface View {
  event(event: TimedEvent): void;
  /** The board as it stands after a tick. */
  snapshot(snapshot: Snapshot): void;
  /** Leaves the terminal to another program until the function that it returns is called: what happens meanwhile is written then. */
  readonly standBy?: () => () => void;
  /** Writes what is left and gives the terminal back as it was; nothing is written afterwards. */
  close(): void;
}

/** As much of a stream as the views use. */
export interface ViewStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}
