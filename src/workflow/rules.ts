import {
  agentPlaceholdersAreKnown,
  agentsCanBeStarted,
  mendNamesARole,
  modelsArePassedOn,
  rolesNameKnownAgents,
} from './agent-rules.ts';
import { branchRules } from './branch-rules.ts';
import { isRefName } from './ref-name.ts';
import { type Breach, isAbsolute, placeholders, type Rule, within } from './rule.ts';
import { type EnvSetting, type Settings } from './settings.ts';
import { ROLES } from './roles.ts';

/** Rules over several keys, and those that a type can't say. Each is asked, whatever the others found. */
export const rules: readonly Rule[] = [
  ...branchRules,
  foldersStandWhereTheyMay,
  idsArePrefixes,
  branchNamesTheTask,
  rolesNameKnownAgents,
  mendNamesARole,
  agentsCanBeStarted,
  agentPlaceholdersAreKnown,
  modelsArePassedOn,
  commitPlaceholdersAreKnown,
  authorIsAnIdentity,
  environmentIsOurs,
];

function foldersStandWhereTheyMay({ board, prompts, changelog, worktrees }: Settings): Breach[] {
  const code = 'path-not-allowed';
  const inside: readonly (readonly [string, string])[] = [
    ['board', board],
    ['prompts', prompts],
    ...(changelog === null ? [] : [['changelog', changelog] as const]),
  ];
  const found: Breach[] = inside
    .filter(
      ([, path]) =>
        isAbsolute(path) ||
        /(^|\/)\.\.(\/|$)/.test(path) ||
        path === '.' ||
        within(path, '.git') ||
        within(path, '.kanban') ||
        within(path, worktrees),
    )
    .map(([key, path]) => ({
      path: [key],
      code,
      message: `\`${key}: ${path}\` must stand in the repository, in a folder of its own.`,
    }));
  const reserved =
    ['.git', '.kanban', board, prompts].some((taken) => within(worktrees, taken)) ||
    /(^|\/)\.git(\/|$)/.test(worktrees);
  if (reserved || worktrees === '.') {
    found.push({
      path: ['worktrees'],
      code,
      message: `Worktrees can't stand in \`${worktrees}\`.`,
      fix: 'write `worktrees: .worktrees`, or a folder outside the repository',
    });
  }
  return found;
}

function idsArePrefixes({ ids }: Settings): Breach[] {
  const wrong = ids.filter((id) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(id));
  const twice = ids.filter((id, index) => ids.findIndex((other) => other.toUpperCase() === id.toUpperCase()) < index);
  return [
    ...wrong.map((id) => ({
      path: ['ids'],
      code: 'id-not-a-prefix',
      message: `\`${id}\` can't be a prefix of ids: a letter, then letters, digits or _.`,
      fix: 'write `ids: T`; the dash and the number are added',
    })),
    ...twice.map((id) => ({ path: ['ids'], code: 'id-twice', message: `The prefix \`${id}\` is written twice.` })),
  ];
}

function branchNamesTheTask({ branch, base, ids }: Settings): Breach[] {
  const breach = (message: string, fix?: string): Breach[] => [
    { path: ['branch'], code: 'branch-not-a-branch', message, ...(fix ? { fix } : {}) },
  ];
  if (!branch.includes('{id}'))
    return breach(
      `\`branch: ${branch}\` must contain \`{id}\`, or all tasks would share one branch.`,
      'write `branch: "{id}"`',
    );
  const example = branch.replaceAll('{id}', `${ids[0] ?? 'T'}-1`);
  if (!isRefName(example))
    return breach(`\`${branch}\` can't be the name of a branch.`, 'use `{id}`, letters, digits, `-`, `_` and `/`');
  // git keeps no branch "main/T-1" beside a branch "main".
  return example.startsWith(`${base}/`) ? breach(`git can't have \`${example}\` beside the branch \`${base}\`.`) : [];
}

function commitPlaceholdersAreKnown({ commits }: Settings): Breach[] {
  const known = { landing: ['id', 'title'], move: ['id', 'from', 'to'] } as const;
  return (['landing', 'move'] as const).flatMap((key): Breach[] => {
    const path = ['commits', key];
    const names: readonly string[] = known[key];
    const list = names.map((word) => `{${word}}`).join(' ');
    const unknown = placeholders(commits[key]).filter((word) => !names.includes(word));
    const found: Breach[] = unknown.map((word) => ({
      path,
      code: 'unknown-placeholder',
      message: `\`{${word}}\` is no placeholder of \`commits.${key}\`.`,
      fix: `known: ${list}`,
    }));
    if (!commits[key].includes('{id}'))
      found.push({
        path,
        code: 'commit-without-id',
        message: `\`commits.${key}\` must contain \`{id}\`.`,
        fix: `known: ${list}`,
      });
    if (/[\r\n]/.test(commits[key]))
      found.push({ path, code: 'commit-not-a-line', message: `\`commits.${key}\` is the subject: one line.` });
    return found;
  });
}

function authorIsAnIdentity({ commits }: Settings): Breach[] {
  if (commits.author === '' || /^[^<>\r\n]*[^<>\s][^<>\r\n]* <[^<>\s]+>$/.test(commits.author)) return [];
  return [
    {
      path: ['commits', 'author'],
      code: 'author-not-an-identity',
      message: `\`${commits.author}\` is not of the form \`Name <email>\`.`,
    },
  ];
}

/** These are how a run is distinguished, swept and kept in its worktree. */
function environmentIsOurs({ env, roles, agents }: Settings): Breach[] {
  const all: readonly (readonly [readonly string[], EnvSetting])[] = [
    [['env'], env],
    ...ROLES.map((role) => [['roles', role, 'env'], roles[role].env] as const),
    ...Object.entries(agents).map(([name, agent]) => [['agents', name, 'env'], agent.env] as const),
  ];
  return all.flatMap(([path, { pass, set }]) =>
    [...pass, ...Object.keys(set)]
      .filter(
        (name) => name.startsWith('KANBAN_') || ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'TMPDIR'].includes(name),
      )
      .map((name) => ({
        path,
        code: 'reserved-variable',
        message: `\`${name}\` is set for each run by the coordinator.`,
        fix: 'take it out',
      })),
  );
}
