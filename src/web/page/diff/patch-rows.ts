import type { DiffFile } from 'diff2html/lib-esm/types.js';

/** A row of the diff as it is shown. */
export type DiffRow =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'waits'; readonly file: string }
  | { readonly kind: 'note'; readonly file: string; readonly text: string }
  | { readonly kind: 'hunk'; readonly file: string; readonly text: string }
  | {
      readonly kind: 'line';
      readonly file: string;
      readonly old: number | null;
      readonly now: number | null;
      readonly sign: '+' | '-' | ' ';
      readonly code: string;
    };

/** The rows of one file's patch. */
export function rowsOfFile(file: string, parsed: DiffFile | undefined): DiffRow[] {
  if (parsed === undefined) return [];
  return parsed.blocks.flatMap((block): DiffRow[] => [
    { kind: 'hunk', file, text: block.header },
    ...block.lines.map(({ oldNumber, newNumber, content }): DiffRow => ({
      kind: 'line',
      file,
      old: oldNumber ?? null,
      now: newNumber ?? null,
      sign: content.startsWith('+') ? '+' : content.startsWith('-') ? '-' : ' ',
      code: content.slice(1),
    })),
  ]);
}
