import { client, methods, PROTOCOL_VERSION } from '@agentclientprotocol/sdk/unstable';
import type {
  ClientContext,
  InitializeResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from '@agentclientprotocol/sdk/unstable';
import { asObject } from '../agents/output-line.ts';
import { AgentProcess } from './agent-process.ts';
import { failureLine } from './failure.ts';
import { insideOf } from './inside.ts';
import { knownAgent } from './known-agents.ts';
import type { BridgeLine, BridgeOrder, Stage } from '../agents/acp/bridge-lines.ts';
import type { BridgeOptions } from '../agents/acp/bridge-options.ts';
import { nameInOptions, refusal } from './permission.ts';
import type { Rules } from './permission.ts';
import { openSession } from './session.ts';
import { Turns } from './turns.ts';
import { toolName, toolSummary, Updates } from './updates.ts';
import { UsageTotal } from './usage-total.ts';
import * as messages from './messages.ts';
import { VERSION } from '../version.ts';

/** ms that an agent may take to answer `initialize`: what takes longer doesn't speak the protocol. */
const HELLO = 120_000;

/** One agent, one session, from its start to its end. */
export class Bridge {
  /** Resolves once nothing more can come of it, all printed and the agent ended. */
  readonly failed: Promise<void>;
  readonly #options: BridgeOptions;
  readonly #print: (line: BridgeLine) => void;
  readonly #process: AgentProcess;
  readonly #updates: Updates;
  readonly #usage: UsageTotal;
  readonly #rules: Rules;
  readonly #orders: BridgeOrder[] = [];
  #turns: Turns | null = null;
  #stage: Stage = 'initialize';
  #leaving = false;
  #fail: () => void = () => {};

  constructor(options: BridgeOptions, print: (line: BridgeLine) => void) {
    this.#options = options;
    this.#print = print;
    this.#usage = new UsageTotal(print);
    this.#updates = new Updates(print, this.#usage);
    this.#rules = rulesOf(options);
    this.failed = new Promise((resolve) => (this.#fail = resolve));
    this.#process = new AgentProcess(options.agent, options.worktree, (update) => this.#updates.take(update));
    void this.#process.ended.then((how) => this.#broken(new Error(how)));
    void this.#begin().catch((error: unknown) => this.#broken(error));
  }

  take(order: BridgeOrder): void {
    if (this.#turns === null) this.#orders.push(order);
    else if (order.order === 'prompt') this.#turns.begin(order.text);
    else this.#turns.message(order.text);
  }

  /** Cancels the active turn, and ends the agent gently. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#turns?.cancel();
    await this.#process.end(true);
  }

  async abort(): Promise<void> {
    this.#leaving = true;
    await this.#process.end(false);
  }

  async #begin(): Promise<void> {
    const { agent } = client({ name: 'kanban' })
      .onRequest(methods.client.session.requestPermission, ({ params }) => this.#permission(params))
      .connect(this.#process.stream);
    const initialized = await this.#initialize(agent);
    const { name = '', version: release = '' } = initialized.agentInfo ?? {};
    const known = knownAgent(name);
    this.#print({ acp: 'agent', name, version: release });
    this.#updates.known = known;
    this.#stage = this.#options.resume === null ? 'session' : 'resume';
    const parts = { agent, known, updates: this.#updates, usage: this.#usage, print: this.#print };
    const sessionId = await openSession({ ...parts, options: this.#options, initialized });
    this.#stage = 'prompt';
    const steering = asObject(asObject(initialized._meta)?.['steering']);
    this.#turns = new Turns({ ...parts, sessionId, steers: steering?.['supported'] === true });
    for (const order of this.#orders.splice(0)) this.take(order);
  }

  async #initialize(agent: ClientContext): Promise<InitializeResponse> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(messages.noAnswerIn(HELLO))), HELLO);
    });
    const answer = agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'kanban', version: VERSION },
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  #permission({ toolCall, options }: RequestPermissionRequest): RequestPermissionResponse {
    const call = this.#updates.asked({ name: nameInOptions(options), ...toolCall });
    const why = this.#options.permissions === 'full' ? null : refusal(call, this.#rules);
    if (why !== null) {
      this.#print({ acp: 'denied', name: toolName(call), summary: toolSummary(call), why });
      this.#updates.refused();
    }
    const kinds = why === null ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
    const option = kinds.flatMap((kind) => options.filter((each) => each.kind === kind))[0];
    if (option === undefined) return { outcome: { outcome: 'cancelled' } };
    return { outcome: { outcome: 'selected', optionId: option.optionId } };
  }

  /** The agent is gone, or did not come as far as a turn. */
  #broken(error: unknown): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#updates.flush();
    this.#print(failureLine(this.#stage, error));
    void this.#process.end(true).then(() => this.#fail());
  }
}

function rulesOf({ worktree, programs }: BridgeOptions): Rules {
  const { env } = process;
  const passed = ['KANBAN_REPORT', 'KANBAN_WORKTREE', 'TMPDIR'].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  const roots = [worktree, ...(env['TMPDIR'] === undefined ? [] : [env['TMPDIR']])];
  return { worktree, inside: insideOf(roots), tools: programs, variables: Object.fromEntries(passed) };
}
