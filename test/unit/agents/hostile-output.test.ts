import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, adapterNamed } from '../../../src/agents/adapters.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { UsageCount } from '../../../src/runner/usage-count.ts';
import { runs } from '../../rig/runs.ts';

const RECORDED = new URL('recorded/', import.meta.url);
const NOW = 1_800_000_000_000;
const brief = { worktree: '/w', session: null, sessionUsage: null, model: null, taskId: 'T-1', role: 'task' } as Brief;

/** What a CLI printed once, by adapter. */
const lines = (name: string): string[] =>
  readdirSync(RECORDED)
    .filter((file) => file.startsWith(`${name}-`))
    .flatMap((file) => readFileSync(new URL(file, RECORDED), 'utf8').split('\n').filter(Boolean));

/** Every value in a line, by its path. */
function paths(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function changed(line: string, which: number, to: unknown): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line.slice(0, which % (line.length + 1)) + JSON.stringify(to);
  }
  const all = paths(value);
  const path = all[which % Math.max(1, all.length)] ?? [];
  let holder = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined || typeof holder !== 'object' || holder === null) return JSON.stringify(to);
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return JSON.stringify(value);
}

const listening = ADAPTERS.filter(({ startConversation }) => startConversation !== null).map(({ name }) => name);

describe.each(listening)('whatever %s prints', (name) => {
  const recorded = lines(name);

  it('is heard without an exception, and gives events that can be written down', () => {
    expect(recorded.length).toBeGreaterThan(20);
    const adapter = adapterNamed(name);
    const other = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(fc.constantFrom(...recorded), fc.nat(), other).map((parts) => changed(...parts)),
      },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
      { weight: 1, arbitrary: fc.string() },
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (printed) => {
        const conversation = adapter?.startConversation?.({ brief, prompt: 'the prompt' });
        conversation?.open?.();
        const events = printed.flatMap((one) => {
          const heard = conversation?.receive(one, NOW);
          for (const said of heard?.write ?? []) expect(said).not.toContain('\n');
          return heard?.events ?? [];
        });
        conversation?.send?.('a message');
        const used = new UsageCount(null);
        for (const event of events) {
          expect(JSON.parse(JSON.stringify(event))).toEqual(event);
          if (event.type === 'usage') used.add(event);
        }
        for (const figure of Object.values(used.ofRun ?? {})) expect(figure).toBeGreaterThanOrEqual(0);
        expect(adapter?.outcome({ code: 0, signal: null }, printed.join('\n'), events, NOW).kind).toBeTruthy();
      }),
      { numRuns: runs(200) },
    );
  });
});
