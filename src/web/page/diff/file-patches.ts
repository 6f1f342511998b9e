import { signal } from '@preact/signals';
import { parse } from 'diff2html/lib-esm/diff-parser.js';
import { REVIEW } from '../messages.ts';
import { api, ApiError } from '../store/api.ts';
import { rowsOfFile, type DiffRow } from './patch-rows.ts';

/** The patches of an entry's files, each read when it is first asked for. */
export class FilePatches {
  /** Counts what has come. */
  readonly version = signal(0);
  readonly #id: string;
  readonly #rows = new Map<string, readonly DiffRow[]>();
  readonly #asked = new Set<string>();

  constructor(id: string) {
    this.#id = id;
  }

  /** null: not here yet. */
  rowsOf(file: string): readonly DiffRow[] | null {
    return this.#rows.get(file) ?? null;
  }

  ask(file: string): void {
    if (this.#asked.has(file)) return;
    this.#asked.add(file);
    api.diff(this.#id, file).then(
      ({ patch, truncated }) => this.#keep(file, rowsOf(file, patch, truncated)),
      (error: unknown) => {
        if (error instanceof ApiError) this.#keep(file, [{ kind: 'note', file, text: error.message }]);
      },
    );
  }

  #keep(file: string, rows: readonly DiffRow[]): void {
    this.#rows.set(file, rows);
    this.version.value += 1;
  }
}

function rowsOf(file: string, patch: string, truncated: boolean): readonly DiffRow[] {
  const [parsed] = parse(patch);
  const rows = rowsOfFile(file, parsed);
  const note = (text: string): DiffRow => ({ kind: 'note', file, text });
  if (parsed?.isBinary === true) return [note(REVIEW.binary)];
  if (rows.length === 0) return [note(REVIEW.unchanged)];
  return truncated ? [...rows, note(REVIEW.truncated)] : rows;
}
