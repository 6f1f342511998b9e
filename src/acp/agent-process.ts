import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { methods, ndJsonStream } from '@agentclientprotocol/sdk/unstable';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk/unstable';
import { asObject } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import * as messages from './messages.ts';

/** How long an agent may take to end once its stdin is closed, and then once it was asked to (SIGTERM), in ms. */
const LEAVE = 1_000;
const TERMINATE = 1_500;

/** The agent, a child in our own process group; its stderr goes to ours, line by line. */
export class AgentProcess {
  readonly stream: Stream;
  /** Resolves when it has ended, or could not be started, with that as text. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #isEnded = false;

  /** @param onUpdate is given what `session/update` notifications hold, before the answer that follows them */
  constructor([file = '', ...args]: readonly string[], cwd: string, onUpdate: (update: Printed) => void) {
    const child = spawn(file, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(messages.agentNotStarted(error.message)));
      child.once('exit', (code, signal) => resolve(messages.agentEnded(code, signal)));
    });
    void this.ended.then(() => (this.#isEnded = true));
    child.stdin.on('error', () => {});
    createInterface({ input: child.stderr }).on('line', (line) => process.stderr.write(`${line}\n`));
    const { readable, writable } = ndJsonStream(Writable.toWeb(child.stdin), messagesOf(child.stdout));
    this.stream = { readable: readable.pipeThrough(withoutUpdates(onUpdate)), writable };
  }

  /** Ends it: stdin closed, then SIGTERM, then SIGKILL. @param patient false: SIGTERM at once */
  async end(patient: boolean): Promise<void> {
    this.#child.stdin?.destroy();
    if (patient && (await this.#endsIn(LEAVE))) return;
    if (this.#isEnded) return;
    this.#child.kill('SIGTERM');
    if (await this.#endsIn(TERMINATE)) return;
    this.#child.kill('SIGKILL');
    await this.#endsIn(TERMINATE);
  }

  async #endsIn(limit: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), limit);
    });
    const done = await Promise.race([this.ended.then(() => true), late]);
    clearTimeout(timer);
    return done;
  }
}

/**
 * Updates go round the SDK, which would refuse one that its schema doesn't know: agents are ahead of it, and behind it.
 * So they also keep their order with the answers.
 */
const withoutUpdates = (onUpdate: (update: Printed) => void): TransformStream<AnyMessage, AnyMessage> =>
  new TransformStream({
    transform: (message, controller) => {
      if (!('method' in message) || message.method !== methods.client.session.update)
        return controller.enqueue(message);
      const update = asObject(asObject(message.params)?.['update']);
      if (update !== null) onUpdate(update);
    },
  });

/** The agent's messages as bytes; what else it prints (banners, warnings) goes where its stderr goes. */
function messagesOf(stdout: Readable): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => {
      const lines = createInterface({ input: stdout, crlfDelay: Infinity });
      lines.on('line', (line) => {
        if (line.startsWith('{')) controller.enqueue(encoder.encode(`${line}\n`));
        else if (line.trim() !== '') process.stderr.write(`${line}\n`);
      });
      lines.once('close', () => controller.close());
    },
  });
}
