import { applyEdits } from '../../src/board/edit/edit.ts';
import { type BoardTexts, COLUMNS, type Column } from '../../src/board/entry.ts';
import { type BoardOptions, createSectionMemo } from '../../src/board/parse.ts';
import { SaveHistory } from '../../src/board/saves/save-history.ts';

/**
 * A user with several editor buffers of any age beside a coordinator that moves, tags, adds and lands entries, in virtual time.
 * What must hold is judged by an oracle that reads raw lines and knows what the user really did; it shares no code with the
 * product.
 */
export interface Outcome {
  readonly saves: number;
  readonly restored: number;
  readonly kept: number;
  /** Empty: all properties held. */
  readonly faults: readonly string[];
}

type Texts = Record<Column, string>;

interface Buffer {
  column: Column;
  text: string;
  loadedAt: number;
  isEdited: boolean;
  /** Ids that the user has seen in this buffer. */
  seen: Set<string>;
}

/** Small random numbers from a seed (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const HEADING = /^## .*?\b(T-\d+)\b/;

/** The oracle's reading: id → its section, by heading lines alone. */
function sections(text: string): Map<string, { lines: string[]; live: boolean }> {
  const found = new Map<string, { lines: string[]; live: boolean }>();
  let current: string[] | null = null;
  let titles = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      titles++;
      current = null;
    }
    const id = HEADING.exec(line)?.[1];
    if (id !== undefined) found.set(id, { lines: (current = []), live: titles < 2 });
    current?.push(line);
  }
  return found;
}

/** The save is the text that was there before, with entries put in. */
function isPaste(save: string, before: string, id: string): boolean {
  const had = new Set(before.split('\n'));
  const lines = save.split('\n').filter((line) => line !== '');
  const blocks = sections(save);
  const added = new Set([...blocks].filter(([one]) => !sections(before).has(one)).flatMap(([, { lines }]) => lines));
  return (
    blocks.has(id) &&
    lines.every((line) => had.has(line) || added.has(line)) &&
    before.split('\n').every((line) => lines.includes(line) || line === '')
  );
}

const isStartable = (column: Column, { lines, live }: { lines: string[]; live: boolean }): boolean =>
  !lines[0]!.includes('[PAUSED]') && (column !== 'TODO' || live);

export function simulate(seed: number, steps = 40): Outcome {
  return new Trial(seed).run(steps);
}

/** What was parsed once need not be parsed again in another trial. */
const OPTIONS: BoardOptions = { ids: ['T'], boardPath: 'board', memo: createSectionMemo() };
/** The product remembers the texts of an hour: no buffer is older, ms. */
const OLDEST_BUFFER = 1_800_000;

class Trial {
  readonly #below: (below: number) => number;
  readonly #options = OPTIONS;
  readonly #history = new SaveHistory();
  readonly #gone = new Set<string>();
  readonly #buffers: Buffer[] = [];
  readonly #log: string[] = [];
  readonly #faults: string[] = [];
  /** Where an entry is, and since when, as of the last write. */
  #places = new Map<string, { column: Column; since: number }>();
  /** Saves of a column that lack an entry, by `<id> <column>`: times. */
  readonly #lacking = new Map<string, number[]>();
  /** Ids that a save removed from the board for good: not to be started unless the user brings them back on purpose. */
  readonly #deleted = new Map<string, { at: number; column: Column }>();
  readonly #broughtBack = new Set<string>();
  /** Words that the user typed, not yet found in a file or in git. */
  #typed = new Map<string, Buffer>();
  /** Words that were on disk when the files were read. */
  readonly #seen = new Set<string>();
  readonly #everWritten = new Set<string>();
  #committed: Texts;
  /** As of the last tick. */
  #written: Texts;
  #disk: Texts;
  #now = 1_000_000_000_000;
  #next = 1;
  #word = 1;
  #counts = { saves: 0, restored: 0, kept: 0 };

  constructor(seed: number) {
    this.#below = random(seed);
    const first = Array.from({ length: 1 + this.#below(4) }, () => this.#entry()).join('');
    const parked = this.#below(2) === 0 ? `# Later\n\n${this.#entry()}` : '# Later\n';
    this.#disk = {
      TODO: `# TODO\n\n${first}${parked}`,
      IN_PROGRESS: '# IN_PROGRESS\n',
      REVIEW: '# REVIEW\n',
      TESTING: '# TESTING\n',
    };
    this.#committed = { ...this.#disk };
    this.#written = { ...this.#disk };
    for (const [word] of this.#disk.TODO.matchAll(/w\d+x/g)) this.#everWritten.add(word);
    for (const column of COLUMNS) this.#history.wrote(column, this.#disk[column], this.#now, 'user');
    this.#places = this.#placesNow();
  }

  run(steps: number): Outcome {
    for (let step = 0; step < steps && this.#faults.length === 0; step++) {
      this.#now += [50, 400, 1_500, 2_500, 30_000, 700_000][this.#below(6)]!;
      const act = this.#below(10);
      if (act < 2) this.#coordinatorMoves();
      else if (act < 3) this.#commandAdds();
      else if (act < 5) this.#open();
      else this.#userSaves();
      if (this.#below(8) > 0) this.#tick();
    }
    for (let n = 0; n < 3; n++) {
      this.#now += 3_000;
      this.#tick(true);
    }
    const left = this.#history.read(this.#committed, this.#disk, { now: this.#now, gone: this.#gone }, this.#options);
    if (left.saves.length > 0 || COLUMNS.some((one) => left.texts[one] !== this.#disk[one]))
      this.#faults.push('reading the result again changes it');
    return {
      ...this.#counts,
      faults: this.#faults.slice(0, 1).map((fault) => `${fault}\n  ${this.#log.join('\n  ')}`),
    };
  }

  #entry(): string {
    const id = `T-${this.#next++}`;
    const body = Array.from({ length: this.#below(4) }, () => `body ${this.#newWord()} of ${id}\n`).join('');
    return `## ${id}: Title of ${id}\n\n${body === '' ? '' : `${body}\n`}`;
  }

  #newWord(): string {
    return `w${this.#word++}x`;
  }

  #say(text: string): void {
    this.#log.push(`${(this.#now % 10_000_000) / 1000}s ${text}`);
  }

  #placesNow(): Map<string, { column: Column; since: number }> {
    const places = new Map<string, { column: Column; since: number }>();
    for (const column of COLUMNS)
      for (const id of sections(this.#disk[column]).keys()) {
        const was = this.#places.get(id);
        if (!places.has(id)) places.set(id, { column, since: was?.column === column ? was.since : this.#now });
      }
    return places;
  }

  /** What BoardWriter does in a tick: the saves that need not wait are committed, and the files get the result. */
  #tick(commitsAll = false): void {
    for (const column of COLUMNS) for (const [word] of this.#disk[column].matchAll(/w\d+x/g)) this.#seen.add(word);
    const reads = this.#history.read(this.#committed, this.#disk, { now: this.#now, gone: this.#gone }, this.#options);
    const busy = new Set(reads.saves.filter(({ waitsUntil }) => waitsUntil > this.#now).map(({ column }) => column));
    if (busy.size > 0) return;
    const kept: string[] = [];
    const removable = new Map(this.#lacking);
    for (const save of reads.saves) {
      kept.push(...save.reading.keep);
      this.#counts.restored += save.reading.restored.length;
      this.#counts.kept += save.reading.keep.length;
      const { madeFrom, restored, moved, removed, returned } = save.reading;
      this.#say(
        `read ${save.column}: from ${madeFrom}, ${JSON.stringify({ restored, returned, moved, removed: [...removed.keys()] })}`,
      );
    }
    for (const column of COLUMNS) {
      const text = reads.texts[column] ?? '';
      // What is right as it was saved may stay uncommitted for long.
      if (text === this.#disk[column] && text !== this.#committed[column] && !commitsAll && this.#below(5) > 1)
        continue;
      if (text !== this.#committed[column] || text !== this.#disk[column]) {
        this.#committed[column] = text;
        this.#disk[column] = text;
        this.#history.wrote(column, text, this.#now);
      }
    }
    for (const save of reads.saves) this.#history.settled(save, this.#disk[save.column]);
    for (const lost of reads.lost) {
      kept.push(lost.text);
      this.#history.kept(lost);
    }
    this.#judge(kept, removable);
    this.#written = { ...this.#disk };
  }

  #judge(kept: readonly string[], lacking: ReadonlyMap<string, number[]>): void {
    const places = this.#placesNow();
    for (const text of [...COLUMNS.map((column) => this.#committed[column]), ...kept])
      for (const [word] of text.matchAll(/w\d+x/g)) this.#everWritten.add(word);
    const disk = COLUMNS.map((column) => this.#disk[column]).join('\n');
    for (const word of this.#typed.keys()) if (this.#everWritten.has(word)) this.#typed.delete(word);
    for (const word of this.#typed.keys())
      if (!disk.includes(word)) this.#faults.push(`${word} is in no file and in no commit after the save was read`);
    for (const [id, was] of this.#places) {
      if (places.has(id) || this.#gone.has(id)) continue;
      const times = (lacking.get(`${id} ${was.column}`) ?? []).filter((at) => at >= was.since);
      const twice = times.some((at) => times.some((other) => other - at >= 2_000));
      if (was.column !== 'TODO' && !twice)
        this.#faults.push(`${id} vanished from ${was.column} without two saves that lack it`);
      // Until the deletion is committed, the committed text takes it back.
      if (!COLUMNS.some((column) => sections(this.#committed[column]).has(id)))
        this.#deleted.set(id, { at: this.#now, column: was.column });
      this.#say(`(${id} is off the board)`);
    }
    for (const [id, { column }] of places) {
      const copies = COLUMNS.filter((one) => sections(this.#disk[one]).has(id));
      if (copies.length > 1 && !this.#broughtBack.has(id)) this.#faults.push(`${id} is in ${copies.join(' and ')}`);
      const gone = this.#deleted.get(id);
      if (gone === undefined) continue;
      if (!this.#broughtBack.has(id) && isStartable(column, sections(this.#disk[column]).get(id)!))
        this.#faults.push(`${id} was deleted and would be started again in ${column}`);
    }
    this.#places = places;
  }

  /** Nobody but the coordinator knows of it before a buffer is opened. */
  #coordinatorMoves(): void {
    this.#tick(true);
    if (COLUMNS.some((column) => this.#disk[column] !== this.#committed[column])) return;
    const live = COLUMNS.flatMap((column, at) =>
      [...sections(this.#disk[column])]
        .filter(([, one]) => isStartable(column, one))
        .map(([id]) => ({ id, column, to: COLUMNS[at + 1] })),
    );
    const one = live[this.#below(Math.max(1, live.length))];
    if (one === undefined || COLUMNS.filter((column) => sections(this.#disk[column]).has(one.id)).length > 1) return;
    const { id: key, column, to } = one;
    const kind = this.#below(5);
    const edit =
      kind === 0
        ? ({
            type: 'change',
            key,
            column,
            change: { addTags: ['RETRY'], setFields: { feedback: `note ${this.#word}` } },
          } as const)
        : to === undefined
          ? ({ type: 'remove', key, column } as const)
          : ({ type: 'move', key, from: column, to, position: 'bottom' } as const);
    const applied = applyEdits(this.#committed, [edit], this.#options);
    if (!applied.ok) return void this.#faults.push(`refused: ${applied.problem.message}`);
    this.#say(`coordinator: ${edit.type} ${key} ${column}${edit.type === 'move' ? ` to ${to}` : ''}`);
    if (edit.type === 'remove') this.#gone.add(key);
    this.#write(applied.texts);
    if (edit.type === 'move') this.#history.moved([key]);
  }

  #commandAdds(): void {
    this.#tick(true);
    if (COLUMNS.some((column) => this.#disk[column] !== this.#committed[column])) return;
    const text = this.#entry();
    const applied = applyEdits(
      this.#committed,
      [{ type: 'add', column: 'TODO', position: 'bottom', text }],
      this.#options,
    );
    if (!applied.ok) return void this.#faults.push(`refused: ${applied.problem.message}`);
    this.#say(`add ${text.split('\n')[0]}`);
    this.#write(applied.texts);
  }

  #write(texts: BoardTexts): void {
    for (const column of COLUMNS) {
      const text = texts[column] ?? '';
      if (text === this.#committed[column]) continue;
      this.#committed[column] = text;
      this.#disk[column] = text;
      this.#history.wrote(column, text, this.#now);
    }
    this.#places = this.#placesNow();
    this.#written = { ...this.#disk };
  }

  #open(): void {
    const column = COLUMNS[this.#below(2) * this.#below(4)]!;
    if (this.#buffers.length >= 5) this.#buffers.splice(this.#below(5), 1);
    const text = this.#disk[column];
    this.#buffers.push({ column, text, loadedAt: this.#now, isEdited: false, seen: new Set(sections(text).keys()) });
    this.#say(`opens ${column} as buffer ${this.#buffers.length}`);
  }

  #userSaves(): void {
    const buffer = this.#buffers[this.#below(Math.max(1, this.#buffers.length))];
    if (buffer === undefined) return this.#open();
    // Half of the time the editor has loaded what is on disk.
    if (this.#below(2) === 0 || this.#now - buffer.loadedAt > OLDEST_BUFFER) {
      buffer.loadedAt = this.#now;
      buffer.isEdited = false;
      buffer.text = this.#disk[buffer.column];
      for (const id of sections(buffer.text).keys()) buffer.seen.add(id);
    }
    for (let n = this.#below(3); n > 0; n--) this.#edit(buffer);
    this.#save(buffer);
  }

  #save(buffer: Buffer): void {
    const { column, text } = buffer;
    this.#counts.saves++;
    this.#say(`saves ${column}: ${JSON.stringify(text)}`);
    // What was saved and not read in time is no matter of the coordinator's.
    // An old buffer with changes of its own may read as the same editor's text, in which a word was taken out again.
    const isNext = buffer.isEdited;
    for (const [word, owner] of this.#typed)
      if (owner === buffer || isNext || !this.#seen.has(word)) this.#typed.delete(word);
    for (const [word] of text.matchAll(/w\d+x/g)) if (!this.#everWritten.has(word)) this.#typed.set(word, buffer);
    const ids = new Set(sections(text).keys());
    for (const id of this.#places.keys())
      if (!ids.has(id))
        this.#lacking.set(`${id} ${column}`, [...(this.#lacking.get(`${id} ${column}`) ?? []), this.#now]);
    this.#disk[column] = text;
    // Soon after a deletion, the same text with the entry in it is the user's way to take it back.
    for (const [id, { at }] of this.#deleted)
      if (
        (this.#now - at < 600_000 && isPaste(text, this.#written[column], id)) ||
        (this.#now - at < 2_000 && ids.has(id))
      )
        this.#broughtBack.add(id);
  }

  #edit(buffer: Buffer): void {
    buffer.isEdited = true;
    const blocks = buffer.text.split(/^(?=## |# )/m);
    const at = blocks.flatMap((block, index) => (HEADING.test(block) ? [index] : []));
    const pick = at[this.#below(Math.max(1, at.length))];
    switch (this.#below(7)) {
      case 0: // a line outside entries
        buffer.text = `${buffer.text.replace(/\n*$/, '\n')}${buffer.column === 'TODO' ? '' : '\n# Notes\n\n'}typed ${this.#newWord()}\n`;
        return;
      case 1: // a new entry
        blocks.splice(Math.min(blocks.length, 1 + this.#below(2)), 0, buffer.column === 'TODO' ? this.#entry() : '');
        break;
      case 2:
        if (pick !== undefined) blocks.splice(pick, 1);
        break;
      case 3: // reorder
        if (at.length > 1) {
          const [block] = blocks.splice(at[0]!, 1);
          blocks.splice(at[1]!, 0, block!);
        }
        break;
      default: // more words
        if (pick !== undefined) blocks[pick] = `${blocks[pick]!.trimEnd()}\nmore ${this.#newWord()}\n\n`;
    }
    buffer.text = blocks.join('');
  }
}
