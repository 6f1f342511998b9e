import fc from 'fast-check';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesText, headText } from '../../../src/contract/snapshot-files.ts';
import type { SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { EntriesFiles } from '../../../src/coordinator/publish/entries-files.ts';
import { SnapshotFiles } from '../../../src/coordinator/publish/snapshot-files.ts';
import { follow, isFollowed, unfollow } from '../../../src/system/followers.ts';
import { runs } from '../../rig/runs.ts';
import { entry, NOW, snapshot } from '../report/board.ts';

const PID = 4121;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-files-'));
  mkdirSync(join(root, '.kanban'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(root, '.kanban', name), text);
function putHead(seq: number, generation = seq): void {
  const { entries: _, ...head } = snapshot();
  put('snapshot.json', headText(head, { generation, seq }));
}
const changes = (): string => readFileSync(join(root, '.kanban', 'entry-changes.jsonl'), 'utf8');
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

const entriesOf = (state: readonly { readonly id: number; readonly title: string }[]): SnapshotEntry[] =>
  state.map(({ id, title }) => entry({ id: `T-${id}`, title }));

describe('the snapshot in files', () => {
  it('is read as it was written, whatever changed, moved, came or went since the last read', () => {
    // A bound of 1 byte: the changes may be as long as the entries, so they are written anew now and then.
    fc.assert(
      fc.property(boards, fc.constantFrom(1, 1e6), (states, bound) => {
        const folder = join(root, '.kanban');
        rmSync(join(folder, 'snapshot.json'), { force: true });
        const written = new EntriesFiles(folder, bound);
        const [files, seldom] = [new SnapshotFiles(root), new SnapshotFiles(root)];
        let last: readonly SnapshotEntry[] = [];
        for (const [index, state] of states.entries()) {
          const entries = entriesOf(state);
          expect(written.isBehind(entries)).toBe(index === 0 || JSON.stringify(entries) !== JSON.stringify(last));
          written.keep(entries, index);
          expect(written.isBehind(structuredClone(entries))).toBe(false);
          // The entries are there, their head is not: what was read still holds, and nothing else is read.
          const early = files.read(PID);
          if (index === 0) expect(early).toEqual({ kind: 'none' });
          else expect(early).toEqual({ kind: 'read', snapshot: snapshot({ entries: last }) });
          const fresh = new SnapshotFiles(root).read(PID);
          if (fresh.kind === 'read') expect(fresh.snapshot.entries).toEqual(last);
          putHead(written.place.seq, written.place.generation);
          const read = files.read(PID);
          expect(read).toEqual({ kind: 'read', snapshot: snapshot({ entries }) });
          expect(new SnapshotFiles(root).read(PID)).toEqual(read);
          if (index % 3 === 2) expect(seldom.read(PID)).toEqual(read);
          // What has not changed is the same object: a reader sees by `===` what it has to draw anew.
          if (read.kind === 'read')
            for (const one of read.snapshot.entries) {
              const before = last.find(({ key }) => key === one.key);
              if (before?.title === one.title) expect(one).toBe(before);
            }
          last = read.kind === 'read' ? read.snapshot.entries : [];
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('is not read with the beginning of a change, nor with a change that is not the next one', () => {
    const folder = join(root, '.kanban');
    const written = new EntriesFiles(folder);
    const kept = (title: string): void => {
      written.keep([entry({ title })], 0);
      putHead(written.place.seq, written.place.generation);
    };
    kept('one');
    const [files, late] = [new SnapshotFiles(root), new SnapshotFiles(root)];
    expect([titles(files), titles(late)]).toEqual([['one'], ['one']]);
    kept('two ✓');
    const first = changes();
    for (let end = 0; end < first.length; end++) {
      put('entry-changes.jsonl', first.slice(0, end));
      expect(titles(files)).toEqual(['torn']);
    }
    put('entry-changes.jsonl', first);
    expect(titles(files)).toEqual(['two ✓']);
    kept('three');
    const both = changes();
    put('entry-changes.jsonl', both.slice(first.length));
    expect([titles(late), titles(new SnapshotFiles(root))]).toEqual([['torn'], ['torn']]);
    put('entry-changes.jsonl', both.replaceAll('"patch":{', '"patch":{"order":["T-0"],'));
    expect([titles(late), titles(new SnapshotFiles(root))]).toEqual([['torn'], ['torn']]);
    put('entry-changes.jsonl', both);
    expect([titles(files), titles(late)]).toEqual([['three'], ['three']]);
  });

  it('is written anew where somebody has changed or removed its files', () => {
    const written = new EntriesFiles(join(root, '.kanban'));
    const read = (title: string): string[] => {
      written.keep([entry({ title })], 0);
      putHead(written.place.seq, written.place.generation);
      return titles(new SnapshotFiles(root));
    };
    expect([read('one'), read('two')]).toEqual([['one'], ['two']]);
    const { generation } = written.place;
    put('entry-changes.jsonl', '');
    expect(read('three')).toEqual(['three']);
    expect(written.place.generation).toBeGreaterThan(generation);
    rmSync(join(root, '.kanban', 'entries.json'));
    expect(read('three')).toEqual(['three']);
    rmSync(join(root, '.kanban'), { recursive: true });
    mkdirSync(join(root, '.kanban'));
    expect(read('four')).toEqual(['four']);
    const outside = join(root, 'outside');
    writeFileSync(outside, 'mine');
    symlinkSync(outside, join(root, '.kanban', 'entry-changes.jsonl'));
    expect(read('five')).toEqual(['five']);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
    written.remove();
    expect(readdirSync(join(root, '.kanban'))).toEqual(['snapshot.json']);
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

  it('is read as the former version has written it: without changes', () => {
    const { entries: _, ...head } = snapshot();
    put('entries.json', entriesText([JSON.stringify(entry({ title: 'one' }))], 7));
    put('snapshot.json', JSON.stringify({ ...head, version: 3, seq: 7 }));
    expect(titles(new SnapshotFiles(root))).toEqual(['one']);
  });

  it('is read as an older version has written it: in one file, without the later keys', () => {
    const { warningDetails: _, ...former } = snapshot({ warnings: ['a'] });
    const { depends: _2, ways: _3, parked: _4, ...one } = entry({ title: 'one' });
    put('snapshot.json', JSON.stringify({ ...former, entries: [one] }));
    const entries = [entry({ title: 'one' })];
    const warningDetails = [{ text: 'a', entries: [] }];
    expect(new SnapshotFiles(root).read(PID)).toEqual({
      kind: 'read',
      snapshot: snapshot({ warnings: ['a'], warningDetails, entries }),
    });
    put('snapshot.json', JSON.stringify({ ...former, version: 5, entries: [one] }));
    expect(titles(new SnapshotFiles(root))).toEqual(['none']);
  });
});

describe('what is no snapshot', () => {
  const { entries: _, ...head } = snapshot();
  const place = { generation: 1, seq: 1 };

  it.each<[string, string]>([
    ['a head without its queue', JSON.stringify({ ...head, ...place, version: 4, queue: undefined })],
    ['a head whose runs are no list', JSON.stringify({ ...head, ...place, version: 4, orphanRuns: {} })],
    ['a head whose place is no number', JSON.stringify({ ...head, ...place, version: 4, seq: '1' })],
    ['an older head without entries', JSON.stringify(head)],
    ['an older head with an entry that is none', JSON.stringify({ ...head, entries: [{ title: 'one' }] })],
    ['an older head without warnings', JSON.stringify({ ...snapshot(), warnings: null, warningDetails: undefined })],
    ['a list', '[]'],
  ])('%s is not read', (_case, text) => {
    put('entries.json', entriesText([JSON.stringify(entry({ title: 'one' }))], 1));
    put('snapshot.json', headText(head, place));
    expect(titles(new SnapshotFiles(root))).toEqual(['one']);
    put('snapshot.json', text);
    expect(titles(new SnapshotFiles(root))).toEqual(['none']);
  });

  it('is not read with an entry or a change that is none', () => {
    put('snapshot.json', headText(head, place));
    put('entries.json', entriesText([JSON.stringify({ ...entry(), column: 'DONE' })], 1));
    expect(titles(new SnapshotFiles(root))).toEqual(['torn']);
    put('entries.json', entriesText([JSON.stringify(entry({ title: 'one' }))], 1));
    put('snapshot.json', headText(head, { generation: 1, seq: 2 }));
    const change = (patch: unknown): void =>
      put('entry-changes.jsonl', `${JSON.stringify({ generation: 1, seq: 2, from: 1, patch })}\n`);
    for (const patch of [null, { gone: 'T-1' }, { order: [1] }, { entries: { 'T-1': { title: 'two' } } }]) {
      change(patch);
      expect(titles(new SnapshotFiles(root))).toEqual(['torn']);
    }
    const two = entry({ title: 'two' });
    change({ entries: { [two.key]: two } });
    expect(titles(new SnapshotFiles(root))).toEqual(['two']);
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
