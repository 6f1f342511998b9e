import type { Snapshot } from '../contract/snapshot.ts';
import type { Board, BoardReply, BoardRequest } from '../surfaces/board-types.ts';
import { InTurn } from '../surfaces/requests/in-turn.ts';
import type { Caller, Profile } from './profiles.ts';

export interface SessionOptions {
  /** A folder in the repository. */
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly profile: Profile;
  readonly caller: Caller;
  /** Of kanban. */
  readonly version: string;
}

/** The board, as one client uses it. */
export class Session {
  readonly options: SessionOptions;
  /** The one that is read, and by name those that name the client in their commits. */
  readonly #boards = new Map<string, Promise<Board>>();
  #reading: Promise<Snapshot> | null = null;
  #next: Promise<Snapshot> | null = null;
  readonly #writes = new InTurn();

  constructor(options: SessionOptions) {
    this.options = options;
  }

  /** How things stand. Calls at the same time share a look that began after they came. */
  snapshot(): Promise<Snapshot> {
    this.#next ??= this.#after(this.#reading);
    return this.#next;
  }

  async #after(running: Promise<Snapshot> | null): Promise<Snapshot> {
    await running?.catch(() => {});
    // Calls that come from here on may need a newer look.
    const own = this.board().then((board) => board.snapshot());
    this.#reading = own;
    this.#next = null;
    return own;
  }

  /** Changes the board, under the name of the client. */
  request(client: string, request: BoardRequest): Promise<BoardReply> {
    return this.write(client, (board) => board.request(request));
  }

  /** Carries out a change, under the name of the client. */
  async write<T>(client: string, change: (board: Board) => Promise<T>): Promise<T> {
    // It counts as begun from here: what a client asks for and does not wait for is carried out.
    const board = this.#opened(viaOf(client));
    return this.#writes.run(
      async () => {
        await board;
        return (await this.snapshot()).coordinator === null;
      },
      async () => change(await board),
    );
  }

  /** The board, to read from. Its code is loaded when it is needed first: a client waits for the first answer only so long. */
  board(): Promise<Board> {
    return this.#opened(undefined);
  }

  #opened(via: string | undefined): Promise<Board> {
    const known = this.#boards.get(via ?? '');
    if (known !== undefined) return known;
    const { cwd, env } = this.options;
    const opening = import('../surfaces/board.ts').then(({ openBoard }) =>
      openBoard(cwd, { env, ...(via === undefined ? {} : { via }) }),
    );
    // One connection has one client; whoever changes its name all the time gets no board for each.
    if (this.#boards.size < MAX_NAMES) this.#boards.set(via ?? '', opening);
    return opening;
  }

  /** What is being written is written first. */
  async close(): Promise<void> {
    await this.#writes.settled(CLOSE_AFTER_MS);
    for (const board of await Promise.all(this.#boards.values())) board.close();
  }
}

const MAX_NAMES = 8;
const CLOSE_AFTER_MS = 10_000;
const MAX_VIA = 40;

/** `mcp-claude-code`, as `Kanban-By` has it. @param client as the client calls itself */
export const viaOf = (client: string): string =>
  `mcp-${client}`
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, MAX_VIA)
    .replace(/-+$/, '');
