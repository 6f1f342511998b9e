import { asNumber, asObject } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import type { BridgeLine } from './lines.ts';

/**
 * Adds up what the turns of a run have used, and says it as totals. Costs are the protocol's "total cumulative cost for
 * session".
 */
export class UsageTotal {
  readonly #print: (line: BridgeLine) => void;
  #tokens: { input: number; output: number; cached: number | undefined } | null = null;
  /** An old session goes on, so its costs include those of earlier runs. */
  resumed = false;

  constructor(print: (line: BridgeLine) => void) {
    this.#print = print;
  }

  /** Tokens of one turn or one model call: the protocol's `Usage`. */
  add(usage: Printed): void {
    const input = asNumber(usage['inputTokens']) ?? asNumber(usage['input_tokens']);
    const output = asNumber(usage['outputTokens']) ?? asNumber(usage['output_tokens']);
    if (input === undefined || output === undefined) return;
    const read = asNumber(usage['cachedReadTokens']);
    const beside = (read ?? 0) + (asNumber(usage['cachedWriteTokens']) ?? 0);
    // Some count what came from a cache as input (OpenAI), some beside it (Anthropic): the total tells.
    const total = asNumber(usage['totalTokens']) ?? 0;
    const all = beside > 0 && total >= input + output + beside ? input + beside : input;
    const before = this.#tokens ?? { input: 0, output: 0, cached: undefined };
    this.#tokens = {
      input: before.input + all,
      output: before.output + output,
      cached: read === undefined ? before.cached : (before.cached ?? 0) + read,
    };
    const { cached, ...tokens } = this.#tokens;
    this.#print({ acp: 'usage', scope: 'run', ...tokens, ...(cached === undefined ? {} : { cached }) });
  }

  /** What the answer to a prompt tells: `usage`, or Gemini's `_meta.quota`. */
  answered(answer: Printed): void {
    const quota = asObject(asObject(asObject(answer['_meta'])?.['quota'])?.['token_count']);
    const usage = asObject(answer['usage']) ?? quota;
    if (usage !== null) this.add(usage);
  }

  /** US dollars, of the whole session. */
  cost(costUsd: number): void {
    this.#print({ acp: 'usage', scope: this.resumed ? 'thread' : 'run', costUsd });
  }
}
