import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, however slow the machine; fails with the condition's text. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 100_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never true: ${condition.toString()}`);
    await sleep(5);
  }
}

export function readFileOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
