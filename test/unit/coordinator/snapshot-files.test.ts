import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesText, headText } from '../../../src/contract/snapshot-files.ts';
import type { SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { EntryLines } from '../../../src/coordinator/publish/entry-lines.ts';
import { SnapshotFiles } from '../../../src/coordinator/publish/snapshot-files.ts';
import { follow, isFollowed, unfollow } from '../../../src/system/followers.ts';
import { entry, NOW, snapshot } from '../report/board.ts';

const PID = 4121;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-files-'));
  mkdirSync(join(root, '.kanban'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(root, '.kanban', name), text);
function putHead(seq: number): void {
  const { entries: _, ...head } = snapshot();
  put('snapshot.json', headText(head, seq));
}
const titles = (files: SnapshotFiles): string[] => {
  const read = files.read(PID);
  return read.kind === 'read' ? read.snapshot.entries.map(({ title }) => title) : [read.kind];
};

const boards = fc.array(
  fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 8 }), title: fc.constantFrom('a', 'b', ',\n') }), {
    selector: ({ id }) => id,
  }),
  { minLength: 1, maxLength: 6 },
);

describe('the snapshot in files', () => {
  it('is read as it was written, whatever changed, moved, came or went since the last read', () => {
    fc.assert(
      fc.property(boards, (states) => {
        const lines = new EntryLines();
        const files = new SnapshotFiles(root);
        let last: readonly SnapshotEntry[] = [];
        for (const [index, state] of states.entries()) {
          const entries = state.map(({ id, title }) => entry({ id: `T-${id}`, title }));
          expect(lines.update(entries)).toBe(JSON.stringify(entries) !== JSON.stringify(last));
          expect(lines.update(structuredClone(entries))).toBe(false);
          put('entries.json', entriesText(lines.lines, index));
          putHead(index);
          const read = files.read(PID);
          expect(read).toEqual({ kind: 'read', snapshot: snapshot({ entries }) });
          // What has not changed is the same object: a reader sees by `===` what it has to draw anew.
          if (read.kind === 'read')
            for (const one of read.snapshot.entries) {
              const before = last.find(({ key }) => key === one.key);
              if (before?.title === one.title) expect(one).toBe(before);
            }
          last = read.kind === 'read' ? read.snapshot.entries : [];
        }
      }),
    );
  });

  it('is not read from two files that belong to different moments, or are not whole', () => {
    const files = new SnapshotFiles(root);
    expect(titles(files)).toEqual(['none']);
    putHead(1);
    expect(titles(files)).toEqual(['torn']);
    const text = (title: string, seq: number): string => entriesText([JSON.stringify(entry({ title }))], seq);
    put('entries.json', text('one', 1));
    expect(titles(files)).toEqual(['one']);
    putHead(2);
    expect(titles(files)).toEqual(['torn']);
    put('entries.json', text('two', 2).slice(0, -1));
    expect(titles(files)).toEqual(['torn']);
    put('entries.json', text('two', 2).replace('"id"', 'id'));
    expect(titles(files)).toEqual(['torn']);
    put('entries.json', text('two', 2));
    expect(titles(files)).toEqual(['two']);
    // The entries of the next moment are there already, its head is not: what was read still holds.
    put('entries.json', text('three', 3));
    expect(titles(files)).toEqual(['two']);
    expect(titles(new SnapshotFiles(root))).toEqual(['torn']);
    expect(new SnapshotFiles(root).read(PID + 1).kind).toBe('none');
    put('snapshot.json', '{"version"');
    expect(titles(files)).toEqual(['none']);
  });

  it('is read as a former version has written it: in one file, without the later keys', () => {
    const { warningDetails: _, ...former } = snapshot({ warnings: ['a'] });
    const { depends: _2, ways: _3, parked: _4, ...one } = entry({ title: 'one' });
    put('snapshot.json', JSON.stringify({ ...former, entries: [one] }));
    const entries = [entry({ title: 'one' })];
    const warningDetails = [{ text: 'a', entries: [] }];
    expect(new SnapshotFiles(root).read(PID)).toEqual({
      kind: 'read',
      snapshot: snapshot({ warnings: ['a'], warningDetails, entries }),
    });
    put('snapshot.json', JSON.stringify({ ...former, version: 4, entries: [one] }));
    expect(titles(new SnapshotFiles(root))).toEqual(['none']);
  });
});

describe('followers', () => {
  it('count while they live and touch their file; what others left is removed', () => {
    const folder = join(root, '.kanban', 'followers');
    expect(isFollowed(folder, NOW)).toBe(false);
    follow(folder, String(process.pid));
    const now = Date.now();
    expect(isFollowed(folder, now)).toBe(true);
    utimesSync(join(folder, String(process.pid)), 1, 1);
    follow(folder, String(process.pid));
    expect(isFollowed(folder, now)).toBe(true);
    // No process has this pid, and one name is none.
    follow(folder, '99999999');
    follow(folder, 'x');
    unfollow(folder, String(process.pid));
    expect(isFollowed(folder, now)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    follow(folder, String(process.pid));
    utimesSync(join(folder, String(process.pid)), 1, 1);
    expect(isFollowed(folder, now)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
