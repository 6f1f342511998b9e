import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryDifferences, findEntries, withEntries } from '../../../src/git/objects/tree-bytes.ts';
import { parseTree, serialiseTree, TREE_MODE, type TreeEntry } from '../../../src/git/objects/tree.ts';

const SHA_BYTES = 20;
/** Few and alike, with the characters around `/`, so that a file and a folder of one name sort apart. */
const anyName = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '0', '\xfc'), minLength: 1, maxLength: 3 });
const anyMode = fc.constantFrom('100644', '100755', '120000', '160000', TREE_MODE, TREE_MODE);
/** With bytes that look like a name's end, a space and a folder's mode. */
const anySha = fc
  .array(fc.constantFrom('00', '20', '34', '2f', 'ff'), { minLength: SHA_BYTES, maxLength: SHA_BYTES })
  .map((bytes) => bytes.join(''));
const anyEntry: fc.Arbitrary<TreeEntry> = fc.record({ mode: anyMode, name: anyName, sha: anySha });
const anyTree = fc.uniqueArray(anyEntry, { selector: ({ name }) => name, maxLength: 12 });

const byName = (entries: readonly TreeEntry[]): Map<string, TreeEntry> =>
  new Map(entries.map((entry) => [entry.name, entry]));

describe('tree objects, as bytes', () => {
  it('find what a parsed tree has, and no more', () => {
    fc.assert(
      fc.property(anyTree, fc.uniqueArray(anyName, { maxLength: 6 }), (entries, names) => {
        const found = findEntries(serialiseTree(entries), SHA_BYTES, names);
        const all = byName(entries);
        for (const name of names) expect(found.get(name)).toEqual(all.get(name));
        expect(found.size).toBe(names.filter((name) => all.has(name)).length);
      }),
    );
  });

  it('are changed as a parsed tree would be', () => {
    const anyPuts = fc.uniqueArray(
      fc.record({ name: anyName, entry: fc.option(fc.record({ mode: anyMode, sha: anySha })) }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    fc.assert(
      fc.property(anyTree, anyPuts, (entries, puts) => {
        const all = byName(entries);
        for (const { name, entry } of puts)
          if (entry === null) all.delete(name);
          else all.set(name, { ...entry, name });
        const changed = withEntries(
          serialiseTree(entries),
          SHA_BYTES,
          new Map(puts.map(({ name, entry }) => [name, entry])),
        );
        expect(changed.equals(serialiseTree([...all.values()]))).toBe(true);
      }),
    );
  });

  it('differ where parsed trees differ, in git’s order', () => {
    fc.assert(
      fc.property(anyTree, anyTree, fc.nat({ max: 12 }), (one, two, shared) => {
        const other = [...byName([...two, ...one.slice(0, shared)]).values()];
        const differences = entryDifferences(serialiseTree(one), serialiseTree(other), SHA_BYTES);
        const [before, after] = [byName(one), byName(other)];
        const told = new Map(before);
        for (const difference of differences) if (difference.before !== null) told.delete(difference.before.name);
        for (const difference of differences)
          if (difference.after !== null) told.set(difference.after.name, difference.after);
        expect(told).toEqual(after);
        for (const difference of differences)
          if (difference.before !== null) expect(difference.before).toEqual(before.get(difference.before.name));
        const equal = differences.filter(
          (difference) =>
            difference.before?.sha === difference.after?.sha && difference.before?.mode === difference.after?.mode,
        );
        expect(equal).toEqual([]);
        const keys = differences
          .map((difference) => difference.before ?? difference.after)
          .map((entry) => (entry!.mode === TREE_MODE ? `${entry!.name}/` : entry!.name));
        expect(keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      }),
    );
  });

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(anyTree, (entries) => {
        const bytes = withEntries(Buffer.alloc(0), SHA_BYTES, new Map(entries.map((entry) => [entry.name, entry])));
        expect(byName(parseTree(bytes, SHA_BYTES))).toEqual(byName(entries));
      }),
    );
  });
});
