import type { AgentEvent, Usage } from '../contract/agent-event.ts';

/**
 * What a run has used, from its usage events: steps are added up; a total of the run replaces what was known; a total of
 * the whole session has what the session had used before taken off. What no agent reported stays unknown.
 */
export class UsageCount {
  readonly #before: Usage | null;
  #run: Usage | undefined;
  #thread: Usage | undefined;

  constructor(before: Usage | null) {
    this.#before = before;
  }

  add({ scope, input, output, cached, costUsd }: Extract<AgentEvent, { type: 'usage' }>): void {
    const used = known({ input, output, cached, costUsd });
    if (scope === 'step') this.#run = combine(this.#run ?? {}, used, (a, b) => a + b);
    else if (scope === 'run') this.#run = { ...this.#run, ...used };
    else {
      this.#thread = { ...this.#thread, ...used };
      const since = combine(this.#thread, this.#before ?? {}, (now, before) => Math.max(0, now - before), 'first');
      this.#run = { ...this.#run, ...since };
    }
  }

  /** Of this run; undefined = nothing was reported. */
  get ofRun(): Usage | undefined {
    return this.#run;
  }

  /** Total of the session, where the agent reports such totals; of a resumed one without a report since, the last. */
  get ofThread(): Usage | undefined {
    return this.#thread ?? this.#before ?? undefined;
  }
}

const KEYS = ['input', 'output', 'cached', 'costUsd'] as const;

function combine(a: Usage, b: Usage, how: (a: number, b: number) => number, keys: 'both' | 'first' = 'both'): Usage {
  const out: Record<string, number> = {};
  for (const key of KEYS) {
    const [x, y] = [a[key], b[key]];
    if (x === undefined && (y === undefined || keys === 'first')) continue;
    out[key] = how(x ?? 0, y ?? 0);
  }
  return out;
}

/** The reported figures that are valid: a figure below 0 is an error of the agent, and would reduce the others. */
function known(usage: { [K in keyof Usage]: Usage[K] | undefined }): Usage {
  return Object.fromEntries(KEYS.flatMap((key) => ((usage[key] ?? -1) >= 0 ? [[key, usage[key]]] : [])));
}
