import type { Snapshot } from '../contract/snapshot.ts';

/** The same, worked out once for each snapshot: a board may have 10,000 entries, and clocks make a frame each second. */
export function perSnapshot<T>(workOut: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  const known = new WeakMap<Snapshot, { readonly value: T }>();
  return (snapshot) => {
    const kept = known.get(snapshot) ?? { value: workOut(snapshot) };
    known.set(snapshot, kept);
    return kept.value;
  };
}
