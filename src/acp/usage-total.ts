import { asNumber, asObject } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import type { KnownAgent } from './known-agents.ts';
import type { BridgeLine } from '../agents/acp/bridge-lines.ts';

interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number | undefined;
}

/** Says what was used as totals of the run (or of the session, for costs), however an agent tells it. */
export class UsageTotal {
  readonly #print: (line: BridgeLine) => void;
  #tokens: Tokens | null = null;

  constructor(print: (line: BridgeLine) => void) {
    this.#print = print;
  }

  /** The answer to a prompt: its `usage`, or Gemini's `_meta.quota`. */
  answered(answer: Printed, { tokens }: KnownAgent): void {
    const quota = asObject(asObject(asObject(answer['_meta'])?.['quota'])?.['token_count']);
    const usage = asObject(answer['usage']) ?? quota;
    if (usage === null) return;
    if (tokens === 'turn') this.#add(usage);
    else if (tokens === 'process') this.#set(tokensOf(usage));
  }

  /** The tokens that qwen tells with the chunk that ends a model call. */
  chunk(usage: Printed, { tokens }: KnownAgent): void {
    if (tokens === 'chunk') this.#add(usage);
  }

  /** US dollars, as the agent counts them. */
  cost(costUsd: number, { costs }: KnownAgent): void {
    this.#print({ acp: 'usage', scope: costs, costUsd });
  }

  #add(usage: Printed): void {
    const [more, before] = [tokensOf(usage), this.#tokens];
    if (more === null || before === null) return this.#set(more);
    const cached = more.cached === undefined ? before.cached : more.cached + (before.cached ?? 0);
    this.#set({ input: before.input + more.input, output: before.output + more.output, cached });
  }

  #set(tokens: Tokens | null): void {
    if (tokens === null) return;
    this.#tokens = tokens;
    const { input, output, cached } = tokens;
    this.#print({ acp: 'usage', scope: 'run', input, output, ...(cached === undefined ? {} : { cached }) });
  }
}

/** The protocol's `Usage`, or Gemini's spelling of it; null = it doesn't tell both. */
function tokensOf(usage: Printed): Tokens | null {
  const input = asNumber(usage['inputTokens']) ?? asNumber(usage['input_tokens']);
  const output = asNumber(usage['outputTokens']) ?? asNumber(usage['output_tokens']);
  if (input === undefined || output === undefined) return null;
  const cached = asNumber(usage['cachedReadTokens']);
  const beside = (cached ?? 0) + (asNumber(usage['cachedWriteTokens']) ?? 0);
  // Some count what came from a cache as input (OpenAI), some beside it (Anthropic): the total tells.
  const isBeside = (asNumber(usage['totalTokens']) ?? 0) >= input + output + beside;
  return { input: isBeside ? input + beside : input, output, cached };
}
