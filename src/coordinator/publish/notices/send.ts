import { hookEnvironment } from '../../../system/environment.ts';
import { runCommand } from '../../../system/processes.ts';
import type { NotifyTarget, Settings } from '../../../workflow/settings.ts';
import { httpRequest, type Delivery } from './http-request.ts';
import * as messages from './messages.ts';

/** How one try ended. */
export type Sent =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: string;
      /** Another try may succeed. */
      readonly mayRetry: boolean;
      /** ms that the server asks to wait; 0 = it asks for nothing. */
      readonly retryAfter: number;
    };

export interface SendContext {
  readonly root: string;
  readonly project: string;
  readonly settings: Settings;
  /** ms for one request. */
  readonly timeout: number;
  /** Everything ends. */
  readonly closing: AbortSignal;
}

const COMMAND_TIMEOUT_MS = 60_000;

const failed = (why: string, mayRetry: boolean, retryAfter = 0): Sent => ({ ok: false, why, mayRetry, retryAfter });

/** Sends one delivery to one target, once. Never throws. */
export const send = (target: NotifyTarget, delivery: Delivery, context: SendContext): Promise<Sent> =>
  target.to === 'command' ? sendToCommand(target, delivery, context) : sendByHttp(target, delivery, context);

/** The command is not tried again: it may have done half of its work. When everything ends it lives on. */
async function sendToCommand(target: NotifyTarget, delivery: Delivery, context: SendContext): Promise<Sent> {
  const { root, settings, project, closing } = context;
  const { event, notice } = delivery;
  const pass = [...settings.env.pass, ...target.env.pass];
  const set = { ...settings.env.set, ...target.env.set };
  const env = {
    ...hookEnvironment({ pass, set }, { root, base: settings.base }),
    KANBAN_NOTICE_TITLE: `${project}: ${notice.title}`,
    KANBAN_NOTICE_TEXT: [notice.text, ...notice.commands].join('\n'),
  };
  const input = `${JSON.stringify(event)}\n`;
  let leave = (): void => {};
  const left = new Promise<Sent>((resolve) => {
    leave = () => resolve({ ok: true });
  });
  closing.addEventListener('abort', leave, { once: true });
  try {
    const ran = runCommand({ command: target.run, cwd: root, env, timeout: COMMAND_TIMEOUT_MS, input }).then(
      ({ code, telling, timedOut }): Sent =>
        code === 0
          ? { ok: true }
          : failed(timedOut ? messages.noAnswer(COMMAND_TIMEOUT_MS / 1000) : telling || messages.exited(code), false),
    );
    return await Promise.race([ran, left]);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), false);
  } finally {
    closing.removeEventListener('abort', leave);
  }
}

async function sendByHttp(target: NotifyTarget, delivery: Delivery, context: SendContext): Promise<Sent> {
  const { project, timeout, closing } = context;
  const request = httpRequest({ target, delivery, project, env: process.env, now: Date.now() });
  if ('why' in request) return failed(request.why, false);
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.any([late, closing]),
    });
    // What it answers is not read, and not waited for.
    void response.body?.cancel().catch(() => {});
    return answerOf(response);
  } catch (error) {
    if (closing.aborted) return failed(messages.ENDED, false);
    if (late.aborted) return failed(messages.noAnswer(timeout / 1000), true);
    return failed(messages.unreachable(codeOf(error)), true);
  }
}

function answerOf({ ok, status, headers }: Response): Sent {
  if (ok) return { ok: true };
  if (status >= 300 && status < 400) return failed(messages.redirects(status), false);
  const mayRetry = status >= 500 || status === 429 || status === 408;
  return failed(messages.answered(status), mayRetry, retryAfterOf(headers.get('retry-after'), Date.now()));
}

/** A number of seconds, or a date. @returns ms */
function retryAfterOf(written: string | null, now: number): number {
  if (written === null) return 0;
  if (/^\d{1,9}$/.test(written.trim())) return Number(written) * 1000;
  const at = Date.parse(written);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

/** The code alone: the rest of the text may name the address. */
function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
