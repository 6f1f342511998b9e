import { isRefName } from './ref-name.ts';
import type { Breach, Rule } from './rule.ts';
import type { Settings } from './settings.ts';
import * as messages from './messages-rules.ts';

/** Rules of `base`, `upstream`, `remote` and `push`. */
export const branchRules: readonly Rule[] = [baseIsABranch, upstreamIsAnotherBranch, remoteIsAName, pushNeedsARemote];

function baseIsABranch({ base, remote, branch, ids }: Settings): Breach[] {
  const breach = notAShortName('base', base, remote);
  if (breach !== null) return [breach];
  const id = ids.find((prefix) => isTaskBranch(base, branch, prefix));
  if (id === undefined) return [];
  return [
    {
      path: ['base'],
      code: 'base-named-like-a-task',
      message: messages.baseLikeATask(base),
      fix: messages.RENAME_BASE,
    },
  ];
}

const isTaskBranch = (name: string, branch: string, prefix: string): boolean => {
  const [before = '', after = ''] = branch.split('{id}');
  if (!branch.includes('{id}') || !name.startsWith(before) || !name.endsWith(after)) return false;
  const id = name.slice(before.length, name.length - after.length).toUpperCase();
  return id.startsWith(`${prefix.toUpperCase()}-`) && /^\d+$/.test(id.slice(prefix.length + 1));
};

function upstreamIsAnotherBranch({ upstream, base, remote }: Settings): Breach[] {
  if (upstream === null) return [];
  const breach = notAShortName('upstream', upstream, remote);
  if (breach !== null) return [breach];
  if (upstream !== base) return [];
  return [
    {
      path: ['upstream'],
      code: 'upstream-is-base',
      message: messages.upstreamIsBase(base),
      fix: messages.SEPARATE_UPSTREAM,
    },
  ];
}

/** `refs/heads/main` and `origin/main` are what people try first. */
function notAShortName(key: 'base' | 'upstream', name: string, remote: string | null): Breach | null {
  const code = `${key}-not-a-branch`;
  const path = [key];
  if (name.startsWith('refs/'))
    return { path, code, message: messages.mustBeShortName(key), fix: messages.writeShortName(name) };
  if (!isRefName(name)) return { path, code, message: messages.notABranchName(name) };
  if (remote === null || !name.startsWith(`${remote}/`)) return null;
  const short = name.slice(remote.length + 1);
  return {
    path,
    code,
    message: messages.namesRemote(key, remote),
    fix: messages.writeSetting(key, short),
  };
}

function remoteIsAName({ remote }: Settings): Breach[] {
  if (remote === null || (isRefName(remote) && !remote.startsWith('refs/') && remote !== '.')) return [];
  return [
    {
      path: ['remote'],
      code: 'remote-not-a-name',
      message: messages.notARemoteName(remote),
      fix: messages.NAME_REMOTE,
    },
  ];
}

function pushNeedsARemote({ push, remote }: Settings): Breach[] {
  if (!push || remote !== null) return [];
  return [
    {
      path: ['push'],
      code: 'push-without-remote',
      message: messages.PUSH_WITHOUT_REMOTE,
      fix: messages.WRITE_REMOTE,
    },
  ];
}
