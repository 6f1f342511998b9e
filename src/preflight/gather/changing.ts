import { join } from 'node:path';
import { gitDirOf } from '../../git/checkout.ts';
import { statOrNone } from '../../system/plain-file.ts';
import type { Repository } from '../../git/git.ts';
import type { PreflightFacts } from '../facts.ts';
import type { FactsAsked } from './asked.ts';
import { aliasOf, findOperation, readCheckouts } from './checkouts.ts';
import { readDisk, readPromptProblems } from './files.ts';
import { readBase, readStatus } from './git-facts.ts';

type Quick = Pick<
  PreflightFacts,
  | 'baseExists'
  | 'baseCandidates'
  | 'baseAliasOf'
  | 'head'
  | 'baseCheckout'
  | 'operation'
  | 'indexLock'
  | 'uncommitted'
  | 'unpushed'
  | 'diskFree'
  | 'promptProblems'
>;

export async function readQuick(asked: FactsAsked, repo: Repository): Promise<Quick> {
  const { settings } = asked;
  const checkouts = readCheckouts(repo, settings.base);
  const at = checkouts.base ?? repo.root;
  const [state, operation, diskFree, promptProblems, base] = await Promise.all([
    readStatus(at, settings),
    findOperation(checkouts, settings),
    readDisk(repo.root),
    readPromptProblems(asked, at),
    readBase(repo.root, settings.base, checkouts),
  ]);
  return {
    ...base,
    baseAliasOf: aliasOf(repo, settings.base),
    head: checkouts.head,
    indexLock: checkouts.base === null ? null : readIndexLock(checkouts.base),
    baseCheckout: checkouts.base,
    operation,
    diskFree,
    promptProblems,
    ...state,
  };
}

function readIndexLock(checkout: string): PreflightFacts['indexLock'] {
  const gitDir = gitDirOf(checkout);
  if (gitDir === null) return null;
  const path = join(gitDir, 'index.lock');
  const stat = statOrNone(path);
  return stat === undefined || stat === null ? null : { path, age: Math.max(0, Date.now() - stat.mtimeMs) };
}
