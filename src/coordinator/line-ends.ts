import { git, type Repository } from '../git/git.ts';
import { objectName } from '../git/loose.ts';

/**
 * Where git turns CRLF into LF as it takes a file in (`core.autocrlf`, `eol=crlf`), the disk has CRLF and base LF, and the two are
 * the same text: it is read and compared as LF, and written as it was found.
 */
export class LineEnds {
  readonly #repo: Repository;
  /** By path: does git convert it? */
  readonly #converted = new Map<string, boolean>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /**
   * Is this file in CRLF on disk only because git writes it so? A process the first time that a path looks like it.
   * @param checkout absolute; @param path relative to it
   */
  async areGits(checkout: string, path: string, disk: string | null, committed: string | null): Promise<boolean> {
    if (disk === null || committed === null || committed.includes('\r') || !isCrlf(disk)) return false;
    const known = this.#converted.get(path);
    if (known !== undefined) return known;
    const { code, stdout } = await git(['hash-object', '--stdin', `--path=${path}`], {
      cwd: checkout,
      input: 'a\r\n',
      okExit: [0, 128],
    });
    const converted = code === 0 && stdout.trim() === objectName(this.#repo, 'blob', Buffer.from('a\n'));
    this.#converted.set(path, converted);
    return converted;
  }
}

export const withoutCr = (text: string): string => text.replaceAll('\r\n', '\n');

/** @param text has no CR */
export const withCr = (text: string): string => text.replaceAll('\n', '\r\n');

/** Every line of it ends in CRLF, and there is one: so it can be turned into LF and back without loss. */
const isCrlf = (text: string): boolean => text.includes('\r\n') && !/(?<!\r)\n|\r(?!\n)/.test(text);
