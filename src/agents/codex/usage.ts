import type { AgentEvent } from '../../contract/agent-event.ts';
import { asNumber, asObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/** What a run uses, from the totals that Codex tells of each of its threads after each answer of its model. */
export class CodexUsage {
  /** What each thread had used when it was last heard of. */
  readonly #used = new Map<string, Tokens>();

  /**
   * @param params a ThreadTokenUsageUpdatedNotification of the protocol
   * @param before it was used by runs before this one
   */
  take(thread: string, params: Printed, before: boolean, at: number): AgentEvent[] {
    const printed = asObject(params['tokenUsage']);
    const total = tokens(asObject(printed?.['total']));
    const last = tokens(asObject(printed?.['last']));
    const known = this.#used.get(thread);
    this.#used.set(thread, total);
    if (before) return [];
    const since = (key: keyof Tokens): number =>
      known === undefined ? last[key] : Math.max(0, total[key] - known[key]);
    const used = { input: since('input'), output: since('output'), cached: since('cached') };
    return used.input + used.output === 0 ? [] : [{ at, type: 'usage', scope: 'step', ...used }];
  }
}

interface Tokens {
  /** The cached ones among them. */
  readonly input: number;
  readonly output: number;
  readonly cached: number;
}

const tokens = (printed: Printed | null): Tokens => ({
  input: asNumber(printed?.['inputTokens']) ?? 0,
  output: asNumber(printed?.['outputTokens']) ?? 0,
  cached: asNumber(printed?.['cachedInputTokens']) ?? 0,
});
