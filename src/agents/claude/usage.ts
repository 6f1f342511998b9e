import type { AgentEvent } from '../../contract/agent-event.ts';
import { asNumber, asObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/**
 * What a `result` line says was used. `total_cost_usd` and `modelUsage` are running totals, in 2.1.328 of the whole
 * session, in 2.1.197 of the process; `usage` is the last turn's, without its subagents. So: what was used since the result
 * before, where it says so, else the process's totals.
 */
export function claudeUsage(printed: Printed, at: number): readonly AgentEvent[] {
  const since = asObject(printed['model_usage_since_last_result']);
  const models = Object.values(since ?? asObject(printed['modelUsage']) ?? {})
    .map((model) => asObject(model))
    .filter((model) => model !== null);
  if (models.length === 0) return [];
  const sum = (...names: readonly string[]): number =>
    models.flatMap((model) => names.map((name) => asNumber(model[name]) ?? 0)).reduce((all, part) => all + part, 0);
  return [
    {
      at,
      type: 'usage',
      scope: since === null ? 'run' : 'step',
      input: sum('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'),
      output: sum('outputTokens'),
      cached: sum('cacheReadInputTokens'),
      costUsd: sum('costUSD'),
    },
  ];
}
