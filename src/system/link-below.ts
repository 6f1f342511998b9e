import { join } from 'node:path';
import { lstatOrNone } from './plain-file.ts';

/**
 * The first part of a path that is a symbolic link: what is written through it ends elsewhere.
 * @param root absolute; links in it are not looked at. @param path relative, with `/`
 * @returns relative to the root; null: no part is, as far as it is there
 */
export function linkBelow(root: string, path: string): string | null {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++) {
    const part = parts.slice(0, count).join('/');
    if (lstatOrNone(join(root, part))?.isSymbolicLink() === true) return part;
  }
  return null;
}
