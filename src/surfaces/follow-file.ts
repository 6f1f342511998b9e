import { readFrom } from '../system/plain-file.ts';
import * as messages from './messages.ts';

/** Reads what its file has got since the last call, if anything. */
export type Source = () => Promise<void>;

const CHUNK = 256 * 1024;
/** A longer line is cut: it would be kept in memory until it ends. */
const MAX_LINE_CHARS = 1024 * 1024;

/** What a growing file has got since the last call, in pieces of at most 256 KiB. @param from offset in bytes */
export function grownBytes(path: string, each: (bytes: Buffer) => Promise<void> | void, from = 0): Source {
  let offset = from;
  return async () => {
    for (;;) {
      const bytes = readFrom(path, offset, CHUNK);
      if (bytes.length === 0) return;
      offset += bytes.length;
      await each(bytes);
    }
  };
}

/**
 * The same in whole lines. Of a line of more than a million characters only the beginning is given, once, when it is cut;
 * its end says so. @param from offset in bytes; of a line that it is in the middle of, nothing is given
 */
export function grownLines(path: string, each: (line: string) => void, from = 0): Source {
  let rest = '';
  /** The line has been given already, or began before `from`, and is passed over up to its end. */
  let isCut = from > 0;
  const decoder = new TextDecoder();
  return grownBytes(
    path,
    (bytes) => {
      const parts = decoder.decode(bytes, { stream: true }).split('\n');
      for (const [index, part] of parts.entries()) {
        if (index > 0) {
          if (!isCut) each(rest);
          [rest, isCut] = ['', false];
        }
        if (isCut) continue;
        rest += part;
        if (rest.length <= MAX_LINE_CHARS) continue;
        each(rest.slice(0, MAX_LINE_CHARS) + messages.LINE_CUT);
        [rest, isCut] = ['', true];
      }
    },
    from,
  );
}
