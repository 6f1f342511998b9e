import { describe, expect, it } from 'vitest';
import { applyEdits, type BoardEdit } from '../../../src/board/edit/edit.ts';
import { type BoardTexts, COLUMNS, type Column } from '../../../src/board/entry.ts';
import { type GlimpsedText, type Reads, SaveHistory } from '../../../src/board/saves/save-history.ts';
import { options } from './board-fixture.ts';

const one = options();
const EMPTY = { TODO: '# TODO\n', IN_PROGRESS: '# IN_PROGRESS\n', REVIEW: '# REVIEW\n', TESTING: '# TESTING\n' };

/** A user who saves files, and a coordinator that reads, commits and writes them, in virtual time. */
class Desk {
  readonly history = new SaveHistory();
  committed: BoardTexts;
  disk: Record<Column, string | null>;
  now = 1_000_000_000_000;
  /** All that git has: commits, kept saves. */
  readonly git: string[] = [];

  constructor(start: Partial<Record<Column, string>>) {
    this.disk = { ...EMPTY, ...start };
    this.committed = { ...this.disk };
    for (const column of COLUMNS) this.history.wrote(column, this.disk[column] ?? '', this.now, 'user');
  }

  save(column: Column, text: string | null, after = 5_000): void {
    this.now += after;
    this.disk[column] = text;
  }

  look(glimpsed: readonly GlimpsedText[] = []): Reads {
    return this.history.read(this.committed, { ...this.disk }, { now: this.now, gone: new Set(), glimpsed }, one);
  }

  /** The coordinator looks, keeps what would be lost, and commits and writes what the saves mean, unless it must wait. */
  tick(commits = true, glimpsed: readonly GlimpsedText[] = []): Reads {
    const reads = this.look(glimpsed);
    for (const lost of reads.lost) {
      this.git.push(lost.text);
      this.history.kept(lost);
    }
    if (!commits || reads.saves.some(({ waitsUntil }) => waitsUntil > this.now)) return reads;
    for (const { reading } of reads.saves) this.git.push(...reading.keep);
    this.#write(reads.texts);
    for (const save of reads.saves) this.history.settled(save, this.disk[save.column] ?? '');
    return reads;
  }

  move(...edits: BoardEdit[]): void {
    const applied = applyEdits(this.committed, edits, one);
    if (!applied.ok) throw new Error(applied.problem.message);
    this.#write(applied.texts);
    this.history.moved(edits.flatMap((edit) => (edit.type === 'move' ? [edit.key] : [])));
  }

  #write(texts: BoardTexts): void {
    for (const column of COLUMNS) {
      if (texts[column] === this.committed[column] && texts[column] === this.disk[column]) continue;
      this.disk[column] = texts[column];
      this.history.wrote(column, texts[column] ?? '', this.now);
    }
    this.committed = { ...texts };
    this.git.push(...COLUMNS.map((column) => texts[column] ?? ''));
  }

  has(words: string): boolean {
    return [...this.git, ...Object.values(this.disk)].some((text) => text?.includes(words));
  }
}

const entry = (n: number, words = ''): string => `## T-${n}: Title of ${n}\n\n${words === '' ? '' : `${words}\n\n`}`;
const todo = (...entries: string[]): string => `# TODO\n\n${entries.join('')}# Later\n`;
const pick = (key: string): BoardEdit => ({ type: 'move', key, from: 'TODO', to: 'IN_PROGRESS', position: 'bottom' });
const AGES = 700_000;

describe('I1: a note that the coordinator has taken', () => {
  it('is not put in again by an old text, alone or with another; one that the user cut is', () => {
    const [first, second] = ['- [ ] First\n', '- [ ] Second\n'];
    const taken = (byUser: boolean): Desk => {
      const desk = new Desk({ TODO: `# TODO\n\n${first}` });
      desk.save('TODO', '# TODO\n');
      if (byUser) desk.tick();
      else {
        desk.committed = { ...desk.committed, TODO: '# TODO\n' };
        desk.history.wrote('TODO', '# TODO\n', desk.now, 'coordinator');
      }
      return desk;
    };
    for (const more of ['', second]) {
      const desk = taken(false);
      desk.save('TODO', `# TODO\n\n${first}${more}`, AGES);
      desk.tick();
      expect([desk.disk.TODO!.includes('First'), desk.disk.TODO!.includes('Second')]).toEqual([false, more !== '']);
    }
    const desk = taken(true);
    desk.save('TODO', `# TODO\n\n${first}`, 60_000);
    desk.tick();
    expect(desk.disk.TODO).toContain('First');
  });
});

describe('I1: a parked entry that was restored once', () => {
  it('is deleted by the second save that lacks it', () => {
    const desk = new Desk({ TODO: `# TODO\n\n${entry(1)}# Later\n\n${entry(9, 'words')}` });
    const old = desk.disk.TODO!;
    const save = (text: string): boolean => {
      desk.save('TODO', text);
      // The other half of a move by hand is waited for.
      desk.tick();
      desk.now += 3_000;
      desk.tick();
      return desk.disk.TODO!.includes('T-4');
    };
    desk.move(pick('T-1'));
    expect(save(`${old}${entry(4)}`)).toBe(true);
    const without = (): string => desk.disk.TODO!.replace(entry(4), '');
    expect([save(without()), save(without())]).toEqual([true, false]);
  });
});

describe('I1: a deleted entry is not started again by an old text', () => {
  it('that is saved twice, also where the coordinator had written a field of it', () => {
    const desk = new Desk({ TODO: todo(entry(1), entry(2)) });
    desk.move({
      type: 'change',
      key: 'T-2',
      column: 'TODO',
      change: { addTags: ['RETRY'], setFields: { feedback: 'no' } },
    });
    const old = desk.disk.TODO!;
    desk.save('TODO', todo(entry(1)));
    desk.tick();
    for (let n = 0; n < 2; n++) {
      desk.save('TODO', old, AGES);
      desk.tick();
      expect(desk.disk.TODO).toMatch(/^## .*\[PAUSED\].* T-2/m);
    }
  });

  it('that has another entry less, and else reads as if the user had deleted [PAUSED] with its reason', () => {
    const desk = new Desk({ TODO: todo(entry(1, 'one'), entry(2)) });
    const old = desk.disk.TODO!;
    desk.save('TODO', todo(entry(2)));
    desk.tick();
    desk.save('TODO', old, AGES);
    desk.tick();
    desk.move(pick('T-2'));
    desk.save('TODO', todo(entry(1, 'one')));
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-1');
    // The tag alone is deleted on purpose.
    desk.save('TODO', desk.disk.TODO!.replace('[PAUSED] ', ''));
    desk.tick();
    expect(desk.disk.TODO).toContain('## T-1');
  });

  it('that had it in no commit', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', todo(entry(1), entry(2)));
    desk.tick(false);
    desk.save('TODO', start);
    desk.tick(false);
    desk.save('TODO', todo(entry(1), entry(2)), AGES);
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-2');
  });

  it('that had it for a moment only', () => {
    const desk = new Desk({ TODO: todo(entry(1)) });
    desk.save('TODO', todo(entry(1), entry(2)));
    desk.tick(false);
    desk.save('TODO', todo(entry(3), entry(1)), 50);
    desk.tick();
    desk.save('TODO', todo(entry(1), entry(2)), AGES);
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-2');
  });

  it('that had it for a moment only, before the file was as it had been', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', todo(entry(1), entry(2)));
    desk.tick(false);
    desk.save('TODO', start, 50);
    desk.tick(false);
    desk.save('TODO', todo(entry(1, 'a word'), entry(2)));
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-2');
  });

  it('that was the last but one of those that no commit has', () => {
    const desk = new Desk({ TODO: todo(entry(1)) });
    const old = todo(entry(1), entry(2));
    for (const text of [old, todo(entry(3), entry(1)), old]) {
      desk.save('TODO', text);
      desk.tick(false);
    }
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-2');
  });

  it('that rewords it, where it is a note without a number', () => {
    const desk = new Desk({ TODO: `# TODO\n\n- [ ] Try it\n\n${entry(1)}${entry(2)}` });
    const old = desk.disk.TODO!;
    desk.save('TODO', old.replace('- [ ] Try it\n\n', ''));
    desk.tick();
    desk.move(pick('T-2'));
    desk.save('TODO', old.replace('Try it', 'Try it again'), AGES);
    desk.tick();
    desk.now += 3_000;
    desk.tick();
    expect(desk.disk.TODO).toContain('- [ ] [PAUSED] Try it again');
  });

  it('after the user has put it back as parked', () => {
    const desk = new Desk({ TODO: todo(entry(1), entry(2, 'two')) });
    desk.move(pick('T-1'));
    const old = desk.disk.TODO!;
    desk.save('TODO', `${old}a word\n`);
    desk.tick();
    desk.save('TODO', todo());
    desk.tick();
    desk.save('TODO', todo() + entry(2, 'two'), AGES);
    desk.tick();
    expect(desk.disk.TODO).toBe(todo() + entry(2, 'two'));
    desk.save('TODO', `${old}a word more\n`);
    desk.tick();
    expect(desk.disk.TODO).toContain('## [PAUSED] T-2');
  });

  it('but what the user pastes back soon is theirs to start', () => {
    const desk = new Desk({ TODO: todo(entry(1), entry(2)) });
    desk.save('TODO', todo(entry(1)));
    desk.tick();
    desk.save('TODO', todo(entry(1), entry(2)));
    desk.tick();
    expect(desk.disk.TODO).toBe(todo(entry(1), entry(2)));
  });
});

describe('I1: an entry in work is deleted by two saves that lack it', () => {
  it('also when it was deleted before and put back since', () => {
    const desk = new Desk({ IN_PROGRESS: `${EMPTY.IN_PROGRESS}\n${entry(1)}` });
    const saved = (text: string): string | null => {
      desk.save('IN_PROGRESS', text);
      desk.tick();
      // The other half of a move by hand is waited for.
      desk.now += 2_500;
      desk.tick();
      return desk.disk.IN_PROGRESS;
    };
    for (let round = 0; round < 2; round++) {
      expect(saved(EMPTY.IN_PROGRESS), `round ${round}`).toContain('T-1');
      expect(saved(EMPTY.IN_PROGRESS), `round ${round}`).not.toContain('T-1');
      expect(saved(`${EMPTY.IN_PROGRESS}\n${entry(1, `again ${round}`)}`)).toContain('T-1');
    }
  });
});

describe('I1: no word of a save is lost', () => {
  it('that stood in a version that no commit has, when an old text with it is saved again', () => {
    const start = todo(entry(1), entry(2));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', `${start}first words\n`);
    desk.tick(false);
    desk.save('TODO', `${start}other words\n`, AGES);
    desk.tick();
    desk.move(pick('T-2'));
    desk.save('TODO', `${start}first words\nmore\n`, AGES);
    desk.tick();
    desk.now += 3_000;
    desk.tick();
    expect(desk.has('first words')).toBe(true);
  });

  it('however many saves follow each other before there is a commit', () => {
    const start = todo(entry(1), entry(2));
    const desk = new Desk({ TODO: start });
    desk.move(pick('T-1'));
    for (let n = 0; n < 40; n++) {
      // The text from before the pick: T-1 stands in two files, and the other half of a move by hand is waited for.
      desk.save('TODO', `${start}words ${n} of the user\n`, 40);
      desk.tick();
    }
    desk.save('TODO', start, 40);
    desk.tick();
    desk.now += 5_000;
    desk.tick();
    for (let n = 0; n < 40; n++) expect(desk.has(`words ${n} of`), `words ${n}`).toBe(true);
  });

  it('whose file is away for a moment', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', `${start}first words\n`);
    desk.tick(false);
    desk.save('TODO', null);
    desk.tick(false);
    desk.save('TODO', `${start}other words\n`);
    desk.tick();
    expect(desk.has('first words')).toBe(true);
  });

  it('whose file somebody deletes', () => {
    const start = todo(entry(1), entry(2));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', `${start}first words\n`);
    desk.tick(false);
    desk.save('TODO', null);
    desk.tick(false);
    desk.move(pick('T-1'));
    desk.tick();
    expect(desk.has('first words')).toBe(true);
  });

  it('that was on disk between two looks only', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    desk.save('TODO', `${start}other words\n`);
    desk.tick(true, [{ column: 'TODO', text: `${start}first words\n`, at: desk.now - 1_000 }]);
    expect(desk.has('first words')).toBe(true);
  });

  it('that an old text brings back to disk, before another takes its place', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    const words = `${start}first words\n`;
    for (const text of [words, `${start}other words\n`, words, `${start}other words\n`]) {
      desk.save('TODO', text);
      desk.look();
    }
    desk.tick();
    expect(desk.has('first words')).toBe(true);
  });

  it('nor kept twice, when two texts with it follow each other', () => {
    const start = todo(entry(1));
    const desk = new Desk({ TODO: start });
    for (const words of ['first words\n', 'first words\nmore\n', 'other words\n', 'first words\n', 'other words\n']) {
      desk.save('TODO', `${start}${words}`);
      desk.tick(false);
    }
    expect(desk.git.filter((text) => text.includes('first words'))).toHaveLength(1);
  });

  it('that is in what is to be written, which another save comes before', () => {
    const start = todo(entry(1));
    const old = EMPTY.IN_PROGRESS + entry(9);
    const desk = new Desk({ IN_PROGRESS: old, TODO: start });
    desk.move(pick('T-1'));
    const words = `${desk.disk.IN_PROGRESS}# Notes\n\nfirst words\n`;
    desk.save('IN_PROGRESS', words);
    desk.tick(false);
    // An old text: T-1 is put back, with the words, but not before the next save.
    desk.save('IN_PROGRESS', old);
    desk.tick(false);
    desk.now += 3_000;
    expect(desk.tick(false).texts.IN_PROGRESS).toContain('first words');
    desk.save('IN_PROGRESS', words.replace('first', 'other'), 100);
    desk.tick();
    expect(desk.has('first words')).toBe(true);
  });

  it('and an entry that says where other words for it are says so of a save that is kept', () => {
    const desk = new Desk({ TODO: todo(entry(1, 'as it was'), entry(2, 'as it is not')) });
    const old = desk.disk.TODO!;
    desk.move(pick('T-1'));
    desk.save('IN_PROGRESS', desk.disk.IN_PROGRESS!.replace('as it was', 'as it is'));
    desk.tick();
    desk.save('TODO', old.replace('as it was', 'as it is not'));
    desk.tick(false);
    desk.now += 3_000;
    const { saves, texts } = desk.look();
    expect(texts.IN_PROGRESS).toContain('git show refs/kanban/saves/<n>');
    expect(saves.flatMap(({ reading }) => reading.keep)).toEqual([desk.disk.TODO]);
  });
});

describe('I1: saves without a pause', () => {
  it('make nothing wait for longer than the other half of one move by hand', () => {
    const start = todo(entry(1), entry(2));
    const desk = new Desk({ TODO: start });
    desk.move(pick('T-1'));
    let waits = 0;
    for (let n = 0; n < 30; n++) {
      desk.save('TODO', `${start}${'a word '.repeat(n)}\n`, 200);
      if (desk.look().saves.some(({ waitsUntil }) => waitsUntil > desk.now)) waits += 1;
    }
    expect(waits).toBeLessThanOrEqual(10);
  });

  it('leave what stands in two files so, until the other half of the move had its time', () => {
    const start = todo(entry(1), entry(2));
    const desk = new Desk({ TODO: start });
    desk.move(pick('T-1'));
    desk.save('TODO', `${start}a word\n`);
    expect(desk.look().texts.TODO).toBe(`${start}a word\n`);
    desk.now += 3_000;
    const { texts } = desk.look();
    expect([texts.TODO?.includes('T-1'), texts.TODO?.includes('a word')]).toEqual([false, true]);
  });

  it('of old texts of two files do not undo a move', () => {
    const desk = new Desk({ TODO: todo(entry(1), entry(2)) });
    desk.move(pick('T-1'));
    desk.save('IN_PROGRESS', `${desk.disk.IN_PROGRESS}# Notes\n\nold notes\n`);
    desk.tick();
    const [inProgress, review] = [desk.disk.IN_PROGRESS!, desk.disk.REVIEW!];
    desk.save('IN_PROGRESS', inProgress.replace('old notes', 'new notes, and a line that is longer'));
    desk.tick();
    desk.move({ type: 'move', key: 'T-1', from: 'IN_PROGRESS', to: 'REVIEW', position: 'bottom' });
    desk.save('IN_PROGRESS', `${inProgress}a word\n`);
    desk.save('REVIEW', `${review}a word\n`, 100);
    desk.tick();
    expect(desk.look().texts.IN_PROGRESS).not.toContain('T-1');
    desk.now += 3_000;
    desk.tick();
    expect(desk.disk.REVIEW).toContain('## T-1: Title of 1');
    expect(desk.disk.IN_PROGRESS).not.toContain('T-1');
  });

  it('but a move back by hand is one, with a word typed beside it', () => {
    const desk = new Desk({ TODO: todo(entry(1), entry(2)) });
    desk.move(pick('T-1'));
    const review = desk.disk.REVIEW!;
    desk.move({ type: 'move', key: 'T-1', from: 'IN_PROGRESS', to: 'REVIEW', position: 'bottom' });
    desk.save('REVIEW', review);
    desk.save('IN_PROGRESS', `${desk.disk.IN_PROGRESS}\n${entry(1)}# Notes\n\na word\n`, 500);
    desk.tick();
    desk.now += 3_000;
    desk.tick();
    expect(desk.disk.IN_PROGRESS).toContain('## T-1: Title of 1');
    expect(desk.disk.REVIEW).not.toContain('T-1');
  });
});

describe('what the history is told and asked', () => {
  it('an empty file is not read for 2 s: an editor empties it before it writes', () => {
    const desk = new Desk({ TODO: todo(entry(1)) });
    desk.save('TODO', '');
    const { texts, saves } = desk.look();
    expect(texts.TODO).toBe(todo(entry(1)));
    expect(saves).toMatchObject([{ column: 'TODO', disk: '', waitsUntil: desk.now + 2_000 }]);
    desk.now += 2_000;
    expect(desk.look().texts.TODO).not.toContain('T-1');
  });

  it('knows all numbers that the files have had', () => {
    const desk = new Desk({ TODO: todo(entry(1)) });
    expect([...desk.history.ids()]).toEqual(['T-1']);
    desk.save('TODO', todo(entry(2)));
    desk.tick();
    expect([...desk.history.ids()].sort()).toEqual(['T-1', 'T-2']);
  });

  it('reads a save from before a restart by the versions that git has', () => {
    const before = todo(entry(1), entry(2));
    const now = todo(entry(2));
    const desk = new Desk({ TODO: now, IN_PROGRESS: `# IN_PROGRESS\n\n${entry(1)}` });
    const older = [
      { text: before, by: 'user', at: desk.now - 9_000 },
      { text: `${now}\n`, by: 'coordinator', at: desk.now - 8_000 },
    ] as const;
    desk.history.recall('TODO', older, new Map());
    expect(desk.history.newest('TODO')).toBe(now);
    desk.save('TODO', before.replace('Title of 2', 'Better title of 2'));
    desk.look();
    desk.now += 2_000;
    expect(desk.look().texts.TODO).toBe(now.replace('Title of 2', 'Better title of 2'));
  });

  it('knows from git what was restored before a restart: a second save without it deletes it', () => {
    const start = `# IN_PROGRESS\n\n${entry(1)}`;
    const textAfter = (restoredIn: Column | null): string | null => {
      const desk = new Desk({ IN_PROGRESS: start });
      const restored = restoredIn === null ? [] : ([['T-1', { column: restoredIn, at: desk.now }]] as const);
      desk.history.recall('IN_PROGRESS', [], new Map(restored));
      desk.save('IN_PROGRESS', '# IN_PROGRESS\n');
      return desk.look().saves.length === 0 ? desk.look().texts.IN_PROGRESS : null;
    };
    expect(textAfter(null)).toBeNull();
    expect(textAfter('IN_PROGRESS')).toBe('# IN_PROGRESS\n');
  });
});

it('somebody who looks on reads what is on disk as the next coordinator will, which knows what git has', () => {
  const onlooker = new SaveHistory(false);
  for (const column of COLUMNS) onlooker.wrote(column, EMPTY[column], 0, 'user');
  const read = (TODO: string, now: number): Reads =>
    onlooker.read(EMPTY, { ...EMPTY, TODO }, { now, gone: new Set() }, one);
  const [first, second] = ['# TODO\n\n## T-1: One\n', '# TODO\n\n## T-2: Two\n'];
  read(first, 10_000);
  expect(read(second, 20_000).lost).toEqual([]);
  // To a coordinator this is an old buffer, and T-1 an entry that was deleted.
  const again = read(first, 30_000);
  expect([again.texts.TODO, again.saves, again.lost]).toEqual([first, [], []]);
  expect(onlooker.ids()).toEqual(new Set());
});
