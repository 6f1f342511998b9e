import { isRefName } from './ref-name.ts';
import type { Breach, Rule } from './rule.ts';
import type { Settings } from './settings.ts';

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
      message: `\`${base}\` is the name of a task's branch, and can't be base.`,
      fix: 'give base another name, or change `ids` or `branch`',
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
      message: `\`upstream\` is merged into \`base\`, and both are \`${base}\`.`,
      fix: 'write `upstream: none`, or name an integration branch as `base` (kanban init --base agents)',
    },
  ];
}

/** `refs/heads/main` and `origin/main` are what people try first. */
function notAShortName(key: 'base' | 'upstream', name: string, remote: string | null): Breach | null {
  const code = `${key}-not-a-branch`;
  const path = [key];
  if (name.startsWith('refs/')) {
    const message = `\`${key}\` is the short name of a branch.`;
    return { path, code, message, fix: `write \`${name.replace(/^refs\/(heads\/)?/, '')}\`` };
  }
  if (!isRefName(name)) return { path, code, message: `\`${name}\` can't be the name of a branch.` };
  if (remote === null || !name.startsWith(`${remote}/`)) return null;
  const short = name.slice(remote.length + 1);
  return {
    path,
    code,
    message: `\`${key}\` names a branch without its remote; \`remote: ${remote}\` is written already.`,
    fix: `write \`${key}: ${short}\``,
  };
}

function remoteIsAName({ remote }: Settings): Breach[] {
  if (remote === null || (isRefName(remote) && !remote.startsWith('refs/') && remote !== '.')) return [];
  return [
    {
      path: ['remote'],
      code: 'remote-not-a-name',
      message: `\`remote\` is the name of a remote such as \`origin\`, and \`${remote}\` can't be one.`,
      fix: 'write `remote: origin`; the address stands in git: git remote add origin <address>',
    },
  ];
}

function pushNeedsARemote({ push, remote }: Settings): Breach[] {
  if (!push || remote !== null) return [];
  return [
    {
      path: ['push'],
      code: 'push-without-remote',
      message: '`push: true` needs a `remote`.',
      fix: 'write `remote: origin`',
    },
  ];
}
