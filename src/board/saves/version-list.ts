import { type Column, COLUMNS } from '../entry.ts';
import { findIds } from './named.ts';
import type { Version } from './save.ts';
import { TextMemo } from './text-memo.ts';

/** At most this many versions of a column are kept. */
const MAX_VERSIONS = 200;
const TITLES = /^(?:#{1,6}|[ \t]*[-*+][ \t]+\[.\]).*$/gm;

/** Ids in headings and checkbox lines. */
const titleIds = new TextMemo((text) => findIds((text.match(TITLES) ?? []).join('\n')));

/** The versions of each column file, oldest first. */
export class VersionList {
  readonly #versions = new Map<Column, Version[]>(COLUMNS.map((column) => [column, []]));
  #ids: Set<string> | null = null;
  #revision = 0;

  /** Another number: something has changed. */
  get revision(): number {
    return this.#revision;
  }

  of(column: Column): readonly Version[] {
    return this.#versions.get(column) ?? [];
  }

  newest(column: Column): string | null {
    return this.of(column).at(-1)?.text ?? null;
  }

  /** Older versions, oldest first, that were read from git after a restart. */
  recall(column: Column, older: readonly Version[]): void {
    const known = this.of(column);
    const newest = known.at(-1);
    this.#set(column, [...older.filter(({ text }) => text !== newest?.text), ...known]);
  }

  push(column: Column, version: Version): void {
    const versions = this.of(column);
    const last = versions.at(-1);
    if (last?.text !== version.text) this.#add(column, version);
    else if (last.isLoose === true && version.isLoose !== true) this.#setLast(column, { ...last, isLoose: false });
  }

  /** The file has its newest version again. */
  again(column: Column, now: number): void {
    const last = this.of(column).at(-1);
    if (last !== undefined && last.at !== now) this.#setLast(column, { ...last, again: now });
  }

  /** A text is kept in git. */
  kept(column: Column, text: string): void {
    const isKept = (one: Version): boolean => one.text === text && one.isLoose === true;
    this.#set(
      column,
      this.of(column).map((one) => (isKept(one) ? { ...one, isLoose: false } : one)),
    );
  }

  /** The version that was current at a time stays. */
  forget(before: number): void {
    for (const [column, versions] of this.#versions) {
      const first = versions.findIndex((_, index) => (versions[index + 1]?.at ?? Infinity) >= before);
      // What nobody asks for any more is no other answer.
      if (first > 0) this.#versions.set(column, versions.slice(first));
    }
  }

  /** Ids in headings and checkbox lines of all versions. */
  ids(): ReadonlySet<string> {
    return (this.#ids ??= new Set(
      [...this.#versions.values()].flatMap((versions) => versions.flatMap(({ text }) => [...titleIds.of(text)])),
    ));
  }

  #add(column: Column, version: Version): void {
    const ids = this.#ids;
    const versions = [...this.of(column), version];
    this.#set(column, versions.slice(-MAX_VERSIONS));
    if (ids === null || versions.length > MAX_VERSIONS) return;
    for (const id of titleIds.of(version.text)) ids.add(id);
    this.#ids = ids;
  }

  #setLast(column: Column, version: Version): void {
    this.#set(column, [...this.of(column).slice(0, -1), version]);
  }

  #set(column: Column, versions: Version[]): void {
    this.#versions.set(column, versions);
    this.#ids = null;
    this.#revision++;
  }
}
