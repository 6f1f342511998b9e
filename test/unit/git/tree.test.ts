import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBytes, isUtf8Path, toBytes } from '../../../src/git/objects/tree.ts';
import { runs } from '../../rig/runs.ts';

describe('paths of a tree', () => {
  it.each([
    ['plain/file.txt', 'plain/file.txt', true],
    ['\xc3\xbc/\xe2\x82\xac \xf0\x9f\x8c\xb3', 'ü/€ 🌳', true],
    ['caf\xe9', 'caf\udce9', false],
    ['\xc3\xbc\xe9/\xff', 'ü\udce9/\udcff', false],
    // U+FFFD itself, and what looks like a surrogate in UTF-8 but is none (RFC 3629).
    ['\xef\xbf\xbd', '\ufffd', true],
    ['\xed\xb3\xa9', '\udced\udcb3\udca9', false],
    ['\xc0\xaf', '\udcc0\udcaf', false],
  ])('%j', (bytes, path, isUtf8) => {
    expect(fromBytes(bytes)).toBe(path);
    expect(toBytes(path)).toBe(bytes);
    expect(isUtf8Path(path)).toBe(isUtf8);
  });

  it('any bytes come back as they were, and UTF-8 is read as UTF-8', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((all) => Buffer.from(all).toString('latin1'));
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bytes, (name) => toBytes(fromBytes(name)) === name),
      { numRuns: runs(1_000) },
    );
    fc.assert(
      fc.property(text, (path) => fromBytes(Buffer.from(path).toString('latin1')) === path && isUtf8Path(path)),
      { numRuns: runs(500) },
    );
    const mixed = fc.array(
      fc.oneof(
        bytes,
        text.map((one) => Buffer.from(one).toString('latin1')),
      ),
      { maxLength: 4 },
    );
    fc.assert(fc.property(mixed, (parts) => toBytes(fromBytes(parts.join(''))) === parts.join('')));
  });
});
