import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import { lstatOrNone, plainTextOf } from '../../system/plain-file.ts';
import { shellQuoted } from '../../shell-word.ts';

/**
 * The script that fills the submodules of a new worktree, for `sh`; null = it has none that the user's checkout has.
 * They are cloned from what that checkout has of them, so that no network is needed; one that is not initialised there stays
 * empty here too. Their `origin` is set to the real one afterwards.
 */
export function submoduleScript({ worktree, gitCommonDir }: Pick<Brief, 'worktree' | 'gitCommonDir'>): string | null {
  const modules = submodulesIn(plainTextOf(join(worktree, '.gitmodules'), MAX_CONFIG_BYTES) ?? '').filter(({ name }) =>
    lstatOrNone(join(gitCommonDir, 'modules', name, 'objects'))?.isDirectory(),
  );
  if (modules.length === 0) return null;
  return ['set -e', ...modules.map((module) => fill(module, join(gitCommonDir, 'modules', module.name)))].join('\n');
}

const MAX_CONFIG_BYTES = 1024 * 1024;

interface Submodule {
  readonly name: string;
  readonly path: string;
}

/** Names and paths as .gitmodules has them; what could leave its folder, or be an option, is left out. */
function submodulesIn(text: string): Submodule[] {
  const found: Submodule[] = [];
  let name: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[submodule "((?:[^"\\]|\\["\\])*)"\]/.exec(line)?.[1];
    if (header !== undefined) name = header.replaceAll(/\\(["\\])/g, '$1');
    else if (/^\s*\[/.test(line)) name = null;
    const path = /^\s*path\s*=\s*"?([^"]*?)"?\s*$/.exec(line)?.[1];
    if (name !== null && path !== undefined && isPlain(name) && isPlain(path)) found.push({ name, path });
  }
  return found;
}

const isPlain = (path: string): boolean =>
  path !== '' &&
  !/^[-/]/.test(path) &&
  !path.split('/').some((part) => part === '..' || part === '.git' || part === '');

function fill({ name, path }: Submodule, from: string): string {
  const [at, url, source] = [shellQuoted(path), shellQuoted(`submodule.${name}.url=${from}`), shellQuoted(from)];
  return [
    `git -c protocol.file.allow=always -c ${url} submodule --quiet update --init -- ${at}`,
    `git -c protocol.file.allow=always -C ${at} fetch --quiet ${source} '+refs/remotes/origin/*:refs/remotes/origin/*'`,
    `git -C ${at} remote set-url origin "$(git config ${shellQuoted(`submodule.${name}.url`)})"`,
    `if [ -e ${at}/.gitmodules ]; then git -C ${at} submodule --quiet update --init --recursive; fi`,
  ].join('\n');
}
