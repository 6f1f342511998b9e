/**
 * What the ACP bridge (src/acp/main.ts) and its adapter (src/agents/acp/adapter.ts) say to each other: one JSON object a line.
 * Types only: this is part of the runner too.
 */

/**
 * A line on the bridge's stdin. `prompt` is the first, and there is one; a `message` is for the active turn, or,
 * when it has just ended, begins another. The end of stdin ends the bridge, and the agent with it.
 */
export interface BridgeOrder {
  readonly order: 'prompt' | 'message';
  readonly text: string;
}

/** Where in its life an agent was when it failed; one that could not even be started was at `initialize`. */
export type Stage = 'initialize' | 'session' | 'resume' | 'prompt';

/**
 * A line on the bridge's stdout; the key `acp` tells it from whatever else there is in the log (the agent's stderr
 * stands between these lines, as it came).
 */
export type BridgeLine =
  /** It has answered `initialize`; what it calls itself. */
  | { readonly acp: 'agent'; readonly name: string; readonly version: string }
  | { readonly acp: 'session'; readonly id: string; readonly resumed: boolean }
  /** A turn has begun: from here on messages are taken. */
  | { readonly acp: 'turn-began' }
  /** What the model says; whole lines or paragraphs, not single chunks. */
  | { readonly acp: 'text'; readonly text: string }
  | { readonly acp: 'thought'; readonly text: string }
  /** Once for each call, when its input is known. `input`: all of it, as text. */
  | {
      readonly acp: 'tool';
      readonly name: string;
      readonly kind: string;
      readonly summary: string;
      readonly input: string;
    }
  /** A call for which we were asked, and refused. */
  | { readonly acp: 'denied'; readonly name: string; readonly summary: string; readonly why: string }
  /** All that was used so far: by this run, or by the whole session. Tokens and US dollars; unknown is absent. */
  | {
      readonly acp: 'usage';
      readonly scope: 'run' | 'thread';
      readonly input?: number;
      readonly output?: number;
      readonly cached?: number;
      readonly costUsd?: number;
    }
  /** The bridge's own words to people: a model that can't be set, a message that needed a new turn. */
  | { readonly acp: 'notice'; readonly text: string }
  /** `code` and `kind`: the JSON-RPC error's code, and the kind that some agents put into its data. */
  | {
      readonly acp: 'error';
      readonly stage: Stage;
      readonly code: number | null;
      readonly kind: string | null;
      readonly message: string;
    }
  /**
   * No turn is on any more. `stop`: the protocol's stop reason, or `error`. `taken`: how many messages the bridge has
   * read so far, so that none that is on its way is lost.
   */
  | { readonly acp: 'turn-ended'; readonly stop: string; readonly taken: number };
