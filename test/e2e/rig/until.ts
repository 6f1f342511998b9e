import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `look` finds something, within a generous bound; `what` then says what was missed. */
export async function until<T>(
  look: () => T,
  what: string | (() => string),
  limit = 100_000,
): Promise<Exclude<T, false | null | undefined>> {
  const begun = Date.now();
  for (;;) {
    const found = look();
    if (isFound(found)) return found;
    if (Date.now() - begun > limit) throw new Error(`waited too long for: ${typeof what === 'string' ? what : what()}`);
    await pause(25);
  }
}

const isFound = <T>(found: T): found is Exclude<T, false | null | undefined> =>
  found !== false && found !== null && found !== undefined;
