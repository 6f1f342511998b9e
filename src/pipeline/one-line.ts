import { plainLine } from '../plain-text.ts';

/** Any text as one line of at most `most` characters: fields and trailers have no other form. */
export function oneLine(text: string, most = 300): string {
  const flat = plainLine(text);
  return flat.length > most ? `${flat.slice(0, most - 3).replace(/[\uD800-\uDBFF]$/, '')}...` : flat;
}
