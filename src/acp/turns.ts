import { methods } from '@agentclientprotocol/sdk/unstable';
import type { ClientContext } from '@agentclientprotocol/sdk/unstable';
import { asObject } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import { codeOf, failureLine } from './failure.ts';
import type { KnownAgent } from './known-agents.ts';
import type { BridgeLine } from '../agents/acp/bridge-lines.ts';
import type { Updates } from './updates.ts';
import type { UsageTotal } from './usage-total.ts';
import * as messages from './messages.ts';

/** ms that a cancelled turn may take to end. */
const CANCEL = 5_000;
/** How often an agent whose turn ended with a refused call is asked to continue without it. */
const MOST_GO_ONS = 10;

export interface TurnDeps {
  readonly agent: ClientContext;
  readonly sessionId: string;
  /** It takes `_session/steering`. */
  readonly steers: boolean;
  readonly known: KnownAgent;
  readonly updates: Updates;
  readonly usage: UsageTotal;
  readonly print: (line: BridgeLine) => void;
}

/** The prompts of a session: the first, and the messages that come while it is worked on. */
export class Turns {
  readonly #deps: TurnDeps;
  /** Prompts without an answer yet. */
  readonly #open = new Set<symbol>();
  /** Messages that wait for a cancelled turn to end; null = none is being cancelled. */
  #waiting: string[] | null = null;
  #steering = 0;
  /** A turn has begun whose end is not reported yet. */
  #isTurn = false;
  #taken = 0;
  #goOns = 0;
  #briefing: string | undefined;
  #stop = 'end_turn';
  #onIdle: (() => void)[] = [];

  constructor(parts: TurnDeps) {
    this.#deps = parts;
  }

  get isOn(): boolean {
    return this.#open.size > 0;
  }

  /** The first prompt is the briefing. */
  begin(text: string): void {
    this.#briefing ??= text;
    const { agent, sessionId, print } = this.#deps;
    const mark = Symbol('prompt');
    if (!this.#isTurn) print({ acp: 'turn-began' });
    this.#isTurn = true;
    this.#open.add(mark);
    agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text }] }).then(
      (answer) => this.#answered(mark, answer),
      (error: unknown) => this.#failed(mark, error),
    );
  }

  /** A message for the active turn; one that comes too late for it begins another. */
  message(text: string): void {
    this.#taken += 1;
    if (this.#waiting !== null) this.#waiting.push(text);
    else if (!this.isOn) this.begin(`${text}\n\n${messages.AFTER_TURN}`);
    else if (this.#deps.steers) void this.#steer(text);
    else this.#join(text);
  }

  /** Asks the agent to end its turn. @returns when it has, or when it takes too long. */
  async cancel(): Promise<void> {
    if (!this.isOn) return;
    const { agent, sessionId } = this.#deps;
    void agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CANCEL);
    });
    await Promise.race([new Promise<void>((resolve) => this.#onIdle.push(resolve)), late]);
    clearTimeout(timer);
    // Whatever it still answers comes too late.
    this.#open.clear();
  }

  async #steer(text: string): Promise<void> {
    const { agent, sessionId } = this.#deps;
    this.#steering += 1;
    const outcome = await agent
      .request('_session/steering', { sessionId, prompt: [{ type: 'text', text }] })
      .then((answer) => asObject(answer)?.['outcome'])
      .catch(() => null);
    this.#steering -= 1;
    if (outcome === 'injected') this.#conclude();
    else if (this.isOn) this.#join(text);
    else this.begin(`${text}\n\n${messages.AFTER_TURN}`);
  }

  #join(text: string): void {
    if (this.#deps.known.joins) this.begin(text);
    else if (this.#waiting !== null) this.#waiting.push(text);
    else void this.#interrupt(text);
  }

  /**
   * The session continues, but what a cancelled turn was asked may be gone from it (Gemini forgets all of such a turn): the
   * briefing is given again.
   */
  async #interrupt(text: string): Promise<void> {
    this.#waiting = [text];
    await this.cancel();
    const sent = this.#waiting.join('\n\n');
    this.#waiting = null;
    this.begin(`${sent}\n\n${messages.INTERRUPTED}\n\n${this.#briefing}`);
  }

  #answered(mark: symbol, answer: { readonly stopReason: string }): void {
    this.#stop = answer.stopReason;
    this.#end(mark, asObject(answer));
  }

  #failed(mark: symbol, error: unknown): void {
    // Not the agent's answer: the connection is gone, and the bridge sees to that.
    if (codeOf(error) === null) return;
    // A turn that we cancelled may end any way it likes.
    if (this.#open.has(mark) && this.#waiting === null) {
      this.#deps.updates.flush();
      this.#deps.print(failureLine('prompt', error));
    }
    this.#stop = 'error';
    this.#end(mark, null);
  }

  #end(mark: symbol, answer: Printed | null): void {
    const isOurs = this.#open.delete(mark);
    // The last updates were read with the answer, and are recorded right after it.
    setImmediate(() => {
      const { known, usage, updates } = this.#deps;
      updates.flush();
      if (answer !== null) usage.answered(answer, known);
      if (isOurs) this.#conclude();
    });
  }

  #conclude(): void {
    if (this.isOn) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
    if (this.#waiting !== null || this.#steering > 0 || !this.#isTurn) return;
    const { updates, print } = this.#deps;
    updates.flush();
    if (updates.endedRefused && this.#stop !== 'error' && this.#goOns < MOST_GO_ONS) {
      this.#goOns += 1;
      print({
        acp: 'notice',
        text: messages.ENDED_REFUSED,
      });
      this.begin(messages.REFUSED);
      return;
    }
    this.#isTurn = false;
    print({ acp: 'turn-ended', stop: this.#stop, taken: this.#taken });
  }
}
