import { describe, expect, it } from 'vitest';

import { applyEdits, type BoardEdit } from '../../../src/board/edit/edit.ts';
import type { BoardTexts } from '../../../src/board/entry.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { readSave } from '../../../src/board/saves/reconcile.ts';
import type { Version } from '../../../src/board/saves/save.ts';
import { options, texts } from './board-fixture.ts';

const one = options();
const START = '# TODO\n\n- [ ] Fix the crash\n\n## T-1: One\n\nbody one\n\n## T-2: Two\n\nbody two\n\n## T-3: Three\n';

function after(before: BoardTexts, ...edits: BoardEdit[]): BoardTexts {
  const result = applyEdits(before, edits, one);
  if (!result.ok) throw new Error(result.problem.message);
  return result.texts;
}

const pick = (key: string, change = {}): BoardEdit => ({
  type: 'move',
  key,
  from: 'TODO',
  to: 'IN_PROGRESS',
  position: 'bottom',
  change,
});
/** The first version is the user's, the others are the coordinator's. */
const by = (first: string, ...more: string[]): Version[] => [
  { text: first, by: 'user', at: 0 },
  ...more.map((text): Version => ({ text, by: 'coordinator', at: 1 })),
];
const { TODO: _todo, ...noOthers } = texts({});

describe('readSave: a save from an old buffer', () => {
  const start = texts({ TODO: START });
  const picked = after(start, pick('T-1'));
  const { TODO, ...others } = picked;
  const versions = by(START, TODO!);

  it('leaves a save made from the newest version alone', () => {
    const disk = TODO!.replace('body two', 'body two, better');
    expect(readSave({ column: 'TODO', versions, disk, others }, one)).toEqual({
      madeFrom: 1,
      text: disk,
      others: {},
      moved: [],
      old: [],
      restored: [],
      returned: [],
      removed: new Map(),
      ambiguous: [],
      keep: [],
    });
    expect(readSave({ column: 'TODO', versions, disk: TODO!, others }, one).text).toBe(TODO);
  });

  it('reads the deletion of a tag that the coordinator has just set as a deletion, though an older version reads the same', () => {
    const plain = '# TESTING\n\n## T-1: One\n\n- tested: 12ab\n\n## T-2: Two\n';
    const asked = plain.replace('## T-1', '## [APPROVE] T-1');
    const save = {
      column: 'TESTING',
      versions: by(plain, asked),
      others: { TODO: '', IN_PROGRESS: '', REVIEW: '' },
    } as const;
    expect(readSave({ ...save, disk: plain }, one)).toMatchObject({ madeFrom: 1, text: plain });
    // With other words changed beside it, an older buffer is the safer reading: the tag stays, and an event says so.
    expect(readSave({ ...save, disk: plain.replace('Two', 'Two, better') }, one).text).toBe(
      asked.replace('Two', 'Two, better'),
    );
  });

  it('keeps moved what was moved out, and the user’s changes elsewhere', () => {
    const disk =
      START.replace('body two', 'body two, better').replace('# TODO\n', '# TODO\n\nprose\n') + '\n## T-?: New\n';
    const read = readSave({ column: 'TODO', versions, disk, others }, one);
    expect(read).toMatchObject({
      madeFrom: 0,
      others: {},
      moved: [{ id: 'T-1', to: 'IN_PROGRESS' }],
      ambiguous: ['T-1'],
    });
    expect(read.text).toBe(disk.replace('## T-1: One\n\nbody one\n\n', ''));
  });

  it('lays a change of the moved entry over it where it now stands', () => {
    const tagged = after(picked, {
      type: 'change',
      key: 'T-1',
      column: 'IN_PROGRESS',
      change: { addTags: ['RETRY'], setFields: { attempts: 'task 1' } },
    });
    const disk = START.replace('body one', 'body one, better');
    const read = readSave({ column: 'TODO', versions, disk, others: tagged }, one);
    expect(read.text).toBe(TODO);
    expect(read.others.IN_PROGRESS).toBe(
      '# IN_PROGRESS\n\n## [RETRY] T-1: One\n\n- attempts: task 1\n\nbody one, better\n\n',
    );
  });

  it('I1: of an entry that was reworded in two texts the newer stays, the save is kept, and the entry says where', () => {
    const reworded = { ...others, IN_PROGRESS: others.IN_PROGRESS!.replace('body one', 'another body') };
    const disk = START.replace('body one', 'body one, better');
    const read = readSave({ column: 'TODO', versions, disk, others: reworded }, one);
    expect(read.text).toBe(TODO);
    expect(read.keep).toEqual([disk]);
    expect(read.others.IN_PROGRESS).toContain(
      '- feedback: another text of this entry was saved: git show refs/kanban/saves/',
    );
    expect(read.others.IN_PROGRESS).toContain('another body');
  });

  it('takes an entry that stands nowhere else for moved by hand', () => {
    const read = readSave(
      {
        column: 'TODO',
        versions,
        disk: START,
        others: { ...others, IN_PROGRESS: '# IN_PROGRESS\n' },
        known: new Set(['T-1']),
      },
      one,
    );
    expect(read).toMatchObject({ text: START, moved: [], ambiguous: [] });
  });

  it('takes what has landed or was abandoned out again', () => {
    const read = readSave({ column: 'TODO', versions, disk: START, others: noOthers, gone: new Set(['T-1']) }, one);
    expect(read).toMatchObject({ text: TODO, moved: [{ id: 'T-1', to: null }], ambiguous: [] });
  });

  it('knows a picked note again, even one that was typed on', () => {
    const key = parseBoard(start, one).columns.TODO.entries[0]!.key;
    const now = after(start, pick(key, { id: 'T-4' }));
    const save = { column: 'TODO' as const, versions: by(START, now.TODO!), others: now };
    expect(readSave({ ...save, disk: START }, one)).toMatchObject({
      text: now.TODO,
      others: {},
      moved: [{ id: 'T-4', to: 'IN_PROGRESS' }],
    });
    const typed = readSave({ ...save, disk: START.replace('Fix the crash', 'Fix the crash on iOS') }, one);
    expect(typed.text).toBe(now.TODO);
    expect(typed.others.IN_PROGRESS).toBe('# IN_PROGRESS\n\n## T-4: Fix the crash on iOS\n');
  });

  it('I1: a new entry put into the present file is no other wording of a similar one that is in work', () => {
    const before = '# TODO\n\n## T-?: Port module auth to TypeScript\n\nAs the others.\n';
    const now = {
      TODO: '# TODO\n',
      IN_PROGRESS: '# IN_PROGRESS\n\n## T-4: Port module auth to TypeScript\n\nAs the others.\n',
      REVIEW: null,
      TESTING: null,
    };
    const disk = before.replace('auth', 'mail');
    const read = readSave({ column: 'TODO', versions: by(before, now.TODO), others: now, disk }, one);
    expect([read.text, read.others, read.keep]).toEqual([disk, {}, []]);
  });

  it('keeps tags and fields that were written since', () => {
    const now = after(
      start,
      {
        type: 'change',
        key: 'T-2',
        column: 'TODO',
        change: { addTags: ['RETRY'], setFields: { feedback: 'too slow' } },
      },
      pick('T-1'),
    );
    const disk = START.replace('body two', 'body two, better');
    const read = readSave({ column: 'TODO', versions: by(START, now.TODO!), disk, others: now }, one);
    expect(read.text).toBe(now.TODO!.replace('body two', 'body two, better'));
  });

  it('puts back what was moved in since', () => {
    const before = texts({ TODO: START, REVIEW: '# REVIEW\n\n## T-9: Nine\n\n' });
    const now = after(before, { type: 'move', key: 'T-9', from: 'REVIEW', to: 'TODO', position: 'top' });
    const disk = START.replace('body two', 'body two, better');
    const read = readSave({ column: 'TODO', versions: by(START, now.TODO!), disk, others: now }, one);
    expect(read.text).toBe(now.TODO!.replace('body two', 'body two, better'));
    expect(read.ambiguous).toEqual(['T-9']);
  });

  it('I1: puts back once what a save lacks that was moved in since, and deletes it at the second save', () => {
    const progress = by('# IN_PROGRESS\n', others.IN_PROGRESS!);
    const save = {
      column: 'IN_PROGRESS',
      versions: progress,
      disk: '# IN_PROGRESS\n',
      others: { TODO },
      at: 10_000,
    } as const;
    expect(readSave(save, one)).toMatchObject({
      text: others.IN_PROGRESS,
      restored: [{ id: 'T-1', paused: false }],
      ambiguous: ['T-1'],
    });
    const restored = (at: number) => new Map([['T-1', { column: 'IN_PROGRESS', at }]] as const);
    expect(readSave({ ...save, restored: restored(9_000) }, one).text).toBe(others.IN_PROGRESS);
    expect(readSave({ ...save, restored: restored(8_000) }, one)).toMatchObject({
      text: '# IN_PROGRESS\n',
      restored: [],
    });
  });

  it('keeps deleted what the user deleted in the old buffer', () => {
    const disk = START.replace('## T-3: Three\n', '');
    expect(readSave({ column: 'TODO', versions, disk, others }, one).text).toBe(TODO!.replace('## T-3: Three\n', ''));
  });
});

describe('a save that would swallow what it lacks', () => {
  const A = '# TODO\n\n## T-1: One\n\none\n\n## T-2: Two\n\ntwo\n';
  const NINE = '## T-9: Nine\n\nnine\n\n';
  const OPEN = '```sh\nls\n';
  const none = { IN_PROGRESS: '', REVIEW: '', TESTING: '' };
  const B = A.replace('## T-2', `${NINE}## T-2`);

  it.each([
    [
      'above, where the fence is open to the end',
      A.replace('one\n', `one\n\n${OPEN}`),
      (disk: string) => disk.replace('## T-1', `${NINE}## T-1`),
    ],
    [
      'below, where the fence is closed again',
      A.replace('one\n', `one\n\n${OPEN}`).replace('two\n', 'two\n```\n\nend\n'),
      (disk: string) => `${disk}\n${NINE}`,
    ],
  ])('I1: has it put in %s', (_, disk, expected) => {
    const read = readSave({ column: 'TODO', versions: by(A, B), disk, others: none }, one);
    expect(read).toMatchObject({ text: expected(disk), restored: [{ id: 'T-9', paused: false }], keep: [] });
  });

  it('I1: is kept in git where an entry of it has moved: the file stays as it is', () => {
    const now = `# TODO\n\n## T-2: Two\n\ntwo\n\n${NINE}`;
    const disk = A.replace('two\n', `two\n\n${OPEN}`);
    const others = { ...none, IN_PROGRESS: '# IN_PROGRESS\n\n## T-1: One\n\none\n' };
    expect(readSave({ column: 'TODO', versions: by(A, now), disk, others }, one)).toMatchObject({
      text: now,
      others: {},
      moved: [],
      keep: [disk],
    });
  });
});

describe('what a save has or lacks besides', () => {
  const none = { IN_PROGRESS: '', REVIEW: '', TESTING: '' };
  const long = START.replace('body two', 'body two\n\nmany\n\nmore\n\nwords');

  it('what landed since an older version had it goes again, also from a save made from the newest', () => {
    const without = START.replace('## T-1: One\n\nbody one\n\n', '');
    const disk = `${without}\n## T-1: One\n`;
    const save = { column: 'TODO', versions: by(long, without.replace('body two', 'two'), without), disk } as const;
    expect(readSave({ ...save, others: none, gone: new Set(['T-1']) }, one)).toMatchObject({
      madeFrom: 2,
      moved: [{ id: 'T-1', to: null }],
    });
    expect(readSave({ ...save, others: none, gone: new Set(['T-1']) }, one).text).not.toContain('T-1');
    // A number that no version had is the board's problem.
    const never = { ...save, versions: by(without.replace('body two', 'two'), without) };
    expect(readSave({ ...never, others: none, gone: new Set(['T-1']) }, one).text).toBe(disk);
  });

  it.each(['##T-9: Nine', '### T-9: Nine', '## t-9: Nine', '    ## T-9: Nine'])(
    'a heading that was no entry until it was fixed has not come back: %s',
    (wrong) => {
      const typed = `${START}\n${wrong}\n\nnine\n`;
      const now = typed.replace('## T-3', '## [RETRY] T-3');
      const disk = now.replace(wrong, '## T-9: Nine');
      const read = readSave({ column: 'TODO', versions: by(START, typed, now), disk, others: none }, one);
      expect(read).toMatchObject({ text: disk, returned: [], restored: [] });
    },
  );

  it.each([
    ['made from the newest', (text: string) => text],
    ['made from one that had the landed one', () => long],
  ])('I1: a new task under the number of a landed one stays where it was typed: %s', (_, from) => {
    const without = START.replace('## T-1: One\n\nbody one\n\n', '');
    const typed = '## T-1: Brand new idea, I counted wrong\n\nnothing like it\n';
    const disk = `${from(without).replace('## T-1: One\n\nbody one\n\n', '')}\n${typed}`;
    const versions = by(long, without.replace('body two', 'two'), without);
    const read = readSave({ column: 'TODO', versions, disk, others: none, gone: new Set(['T-1']) }, one);
    expect(read).toMatchObject({ moved: [], keep: [] });
    expect(read.text).toContain(typed);
    // Typed on while it landed, it is the landed one.
    const reworded = disk.replace('Brand new idea, I counted wrong', 'One');
    const again = readSave({ column: 'TODO', versions, disk: reworded, others: none, gone: new Set(['T-1']) }, one);
    expect(again.text).not.toContain('T-1');
  });

  it.each(['- [ ] Try it', '- [ ] [PAUSED] Try it'])(
    'a note that the user added and an older text lacks stays, paused: %s',
    (note) => {
      const added = START.replace('- [ ] Fix the crash\n', `- [ ] Fix the crash\n${note}\n`);
      const now = added.replace('## T-3: Three', '## [RETRY] T-3: Three');
      const versions: Version[] = [
        { text: START, by: 'user', at: 0 },
        { text: added, by: 'user', at: 1 },
        { text: now, by: 'coordinator', at: 2 },
      ];
      const disk = START.replace('body two', 'body two, better');
      const read = readSave({ column: 'TODO', versions, disk, others: none }, one);
      expect(read.text).toContain('- [ ] [PAUSED] Try it\n');
      expect(read.restored).toMatchObject([{ paused: true }]);
    },
  );
});
