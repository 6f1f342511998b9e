import type { Entry } from '../entry.ts';

/** Cycles in `depends` of at least two entries, each once, in the order in which they wait for each other. */
export function findCycles(entries: ReadonlyMap<string, Entry>): string[][] {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[][] = [];
  for (const [root, entry] of entries) {
    if (!waits(entry) || state.has(root)) continue;
    walk(root, entries, state, cycles);
  }
  return cycles;
}

/** Only entries that wait for others can be part of a cycle; most of a large board does not. */
const waits = (entry: Entry | undefined): boolean => entry !== undefined && entry.depends.length > 0;

/** Without recursion: a chain may be as long as the board. */
function walk(
  root: string,
  entries: ReadonlyMap<string, Entry>,
  state: Map<string, 'open' | 'done'>,
  cycles: string[][],
): void {
  const path: { id: string; next: number }[] = [{ id: root, next: 0 }];
  state.set(root, 'open');
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const target = entries.get(top.id)?.depends[top.next++];
    if (target === undefined) {
      state.set(top.id, 'done');
      path.pop();
    } else if (waits(entries.get(target)) && state.get(target) === 'open') {
      const cycle = path.slice(path.findIndex((one) => one.id === target)).map((one) => one.id);
      if (cycle.length > 1) cycles.push(cycle);
    } else if (waits(entries.get(target)) && !state.has(target)) {
      state.set(target, 'open');
      path.push({ id: target, next: 0 });
    }
  }
}
