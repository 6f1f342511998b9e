import { COLUMNS, type BoardTexts, type Column } from '../../../board/entry.ts';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { git, type Repository } from '../../../git/git.ts';
import { objectName } from '../../../git/objects/loose.ts';
import { statOrNone } from '../../../system/plain-file.ts';

/**
 * Where git turns CRLF into LF as it takes a file in (`core.autocrlf`, `eol=crlf`), the disk has CRLF and base LF, and the two are
 * the same text: it is read and compared as LF, and written as it was found.
 */
export class LineEnds {
  readonly #repo: Repository;
  /** By path: does git convert it, with attributes and settings of this stamp? */
  readonly #converted = new Map<string, { readonly stamp: string; readonly isConverted: boolean }>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** The column files with LF where git turns the CRLF of the disk into LF; `crlf`: these columns. */
  async columnsAsInGit(
    checkout: string,
    folder: string,
    raw: BoardTexts | null,
    committed: BoardTexts,
  ): Promise<{ readonly disk: BoardTexts | null; readonly crlf: ReadonlySet<Column> }> {
    const crlf = new Set<Column>();
    if (raw === null) return { disk: null, crlf };
    const disk: Record<Column, string | null> = { ...raw };
    for (const column of COLUMNS) {
      const text = raw[column];
      if (text === null || !(await this.areGits(checkout, `${folder}/${column}.md`, text, committed[column]))) continue;
      disk[column] = withoutCr(text);
      crlf.add(column);
    }
    return { disk, crlf };
  }

  /**
   * Is this file in CRLF on disk only because git writes it so? A process the first time that a path looks like it, and
   * when attributes or settings have changed.
   * @param checkout absolute; @param path relative to it
   */
  async areGits(checkout: string, path: string, disk: string | null, committed: string | null): Promise<boolean> {
    if (disk === null || committed === null || committed.includes('\r') || !isCrlf(disk)) return false;
    const stamp = this.#stampFor(checkout, path);
    const known = this.#converted.get(path);
    if (known?.stamp === stamp) return known.isConverted;
    const { code, stdout } = await git(['hash-object', '--stdin', `--path=${path}`], {
      cwd: checkout,
      input: 'a\r\n',
      okExit: [0, 128],
    });
    const isConverted = code === 0 && stdout.trim() === objectName(this.#repo, 'blob', Buffer.from('a\n'));
    this.#converted.set(path, { stamp, isConverted });
    return isConverted;
  }

  /** Of all files that usually tell git how to convert it. */
  #stampFor(checkout: string, path: string): string {
    const { commonDir, gitDir } = this.#repo;
    const folders = [''];
    for (let folder = dirname(path); folder !== '.' && folder !== '/'; folder = dirname(folder)) folders.push(folder);
    const home = process.env['HOME'] ?? homedir();
    const own = join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git');
    return [
      ...folders.map((folder) => join(checkout, folder, '.gitattributes')),
      join(commonDir, 'info', 'attributes'),
      join(commonDir, 'config'),
      join(gitDir, 'config.worktree'),
      process.env['GIT_CONFIG_GLOBAL'] ?? join(home, '.gitconfig'),
      join(own, 'config'),
      join(own, 'attributes'),
    ]
      .map(stampOf)
      .join(' ');
  }
}

function stampOf(path: string): string {
  const stat = statOrNone(path);
  return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}

export const withoutCr = (text: string): string => text.replaceAll('\r\n', '\n');

/** @param text has no CR */
export const withCr = (text: string): string => text.replaceAll('\n', '\r\n');

/** Every line of it ends in CRLF, and there is one: so it can be turned into LF and back without loss. */
const isCrlf = (text: string): boolean => text.includes('\r\n') && !/(?<!\r)\n|\r(?!\n)/.test(text);
