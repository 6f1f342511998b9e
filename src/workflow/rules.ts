import {
  agentPlaceholdersAreKnown,
  promptIsAnArgument,
  agentsCanBeStarted,
  fixNamesARole,
  modelsArePassedOn,
  rolesNameKnownAgents,
} from './agent-rules.ts';
import { branchRules } from './branch-rules.ts';
import { alertsHaveLimits, notifyTargetsAreWhole } from './operations/rules.ts';
import { isRefName } from './ref-name.ts';
import { type Breach, isAbsolute, nearest, placeholders, type Rule, within } from './rule.ts';
import { type EnvSetting, type Settings } from './settings.ts';
import { ROLES } from './roles.ts';
import * as messages from './messages-rules.ts';

/** Rules over several keys, and those that a type can't say. Each is asked, whatever the others found. */
export const rules: readonly Rule[] = [
  ...branchRules,
  foldersStandWhereTheyMay,
  idsArePrefixes,
  branchNamesTheTask,
  rolesNameKnownAgents,
  fixNamesARole,
  agentsCanBeStarted,
  agentPlaceholdersAreKnown,
  promptIsAnArgument,
  modelsArePassedOn,
  commitPlaceholdersAreKnown,
  changedFilesStandAlone,
  authorIsAnIdentity,
  environmentIsOurs,
  notifyTargetsAreWhole,
  alertsHaveLimits,
];

/**
 * `{changed_files}` becomes several arguments of a shell line: within quotes it would be something else. Only the commands of
 * the reviewer and the tester have changed files.
 */
function changedFilesStandAlone({ roles, tests, merge_queue }: Settings): Breach[] {
  const own: readonly (readonly [readonly string[], string])[] = [
    [['roles', 'reviewer', 'run'], roles.reviewer.run],
    [['roles', 'tester', 'run'], roles.tester.run],
    ...Object.entries(tests).map(([glob, command]) => [['tests', glob], command] as const),
  ];
  const misspelt = own.flatMap(([path, command]) =>
    placeholders(command)
      .filter((word) => word !== CHANGED_FILES && nearest(word, [CHANGED_FILES]) !== undefined)
      .map((word) => ({
        path,
        code: 'unknown-placeholder',
        message: messages.unknownAgentPlaceholder(word),
        fix: messages.WRITE_CHANGED_FILES,
      })),
  );
  const quoted = own
    .filter(([, command]) => /["'\w./-]\{changed_files\}|\{changed_files\}["'\w./-]/.test(command))
    .map(([path]) => ({
      path,
      code: 'changed-files-quoted',
      message: messages.CHANGED_FILES_QUOTED,
      fix: messages.WRITE_CHANGED_FILES,
    }));
  const elsewhere: Breach[] = merge_queue.check.includes(`{${CHANGED_FILES}}`)
    ? [
        {
          path: ['merge_queue', 'check'],
          code: 'changed-files-not-here',
          message: messages.CHECK_TESTS_ALL,
          fix: messages.USE_TESTS,
        },
      ]
    : [];
  return [...misspelt, ...quoted, ...elsewhere];
}

const CHANGED_FILES = 'changed_files';

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
      message: messages.notOwnFolder(key, path),
    }));
  const reserved =
    ['.git', '.kanban', board, prompts].some((taken) => within(worktrees, taken)) ||
    /(^|\/)\.git(\/|$)/.test(worktrees);
  if (reserved || worktrees === '.') {
    found.push({
      path: ['worktrees'],
      code,
      message: messages.worktreesNotAllowed(worktrees),
      fix: messages.WRITE_WORKTREES,
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
      message: messages.notAPrefix(id),
      fix: messages.WRITE_IDS,
    })),
    ...twice.map((id) => ({ path: ['ids'], code: 'id-twice', message: messages.prefixTwice(id) })),
  ];
}

function branchNamesTheTask({ branch, base, ids }: Settings): Breach[] {
  const breach = (message: string, fix?: string): Breach[] => [
    { path: ['branch'], code: 'branch-not-a-branch', message, ...(fix ? { fix } : {}) },
  ];
  if (!branch.includes('{id}')) return breach(messages.branchWithoutId(branch), messages.WRITE_BRANCH);
  const example = branch.replaceAll('{id}', `${ids[0] ?? 'T'}-1`);
  if (!isRefName(example)) return breach(messages.notABranchName(branch), messages.BRANCH_CHARACTERS);
  // git keeps no branch "main/T-1" beside a branch "main".
  return example.startsWith(`${base}/`) ? breach(messages.branchBesideBase(example, base)) : [];
}

function commitPlaceholdersAreKnown({ commits }: Settings): Breach[] {
  const known = { landing: ['id', 'title'], move: ['id', 'from', 'to'] } as const;
  return (['landing', 'move'] as const).flatMap((key): Breach[] => {
    const path = ['commits', key];
    const names: readonly string[] = known[key];
    const unknown = placeholders(commits[key]).filter((word) => !names.includes(word));
    const found: Breach[] = unknown.map((word) => ({
      path,
      code: 'unknown-placeholder',
      message: messages.unknownCommitPlaceholder(word, key),
      fix: messages.knownPlaceholders(names),
    }));
    if (!commits[key].includes('{id}'))
      found.push({
        path,
        code: 'commit-without-id',
        message: messages.commitWithoutId(key),
        fix: messages.knownPlaceholders(names),
      });
    if (/[\r\n]/.test(commits[key]))
      found.push({ path, code: 'commit-not-a-line', message: messages.commitNotALine(key) });
    return found;
  });
}

function authorIsAnIdentity({ commits }: Settings): Breach[] {
  if (commits.author === '' || /^[^<>\r\n]*[^<>\s][^<>\r\n]* <[^<>\s]+>$/.test(commits.author)) return [];
  return [
    {
      path: ['commits', 'author'],
      code: 'author-not-an-identity',
      message: messages.notAnIdentity(commits.author),
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
        message: messages.reservedVariable(name),
        fix: messages.TAKE_IT_OUT,
      })),
  );
}
