import type { Repository } from '../../git/git.ts';
import type { PreflightFacts } from '../facts.ts';
import type { FactsAsked } from './asked.ts';
import { findOperation, readCheckouts } from './checkouts.ts';
import { readDisk, readPromptProblems } from './files.ts';
import { readBase, readStatus } from './git-facts.ts';

type Quick = Pick<
  PreflightFacts,
  | 'baseExists'
  | 'baseCandidates'
  | 'head'
  | 'baseCheckout'
  | 'operation'
  | 'uncommitted'
  | 'unpushed'
  | 'diskFree'
  | 'promptProblems'
>;

export async function readQuick(asked: FactsAsked, repo: Repository): Promise<Quick> {
  const { settings } = asked;
  const checkouts = await readCheckouts(repo.root, settings.base);
  const at = checkouts.base ?? repo.root;
  const [state, operation, diskFree, promptProblems, base] = await Promise.all([
    readStatus(at, settings),
    findOperation(checkouts, repo, settings),
    readDisk(repo.root),
    readPromptProblems(asked, at),
    readBase(repo.root, settings.base, checkouts),
  ]);
  return { ...base, head: checkouts.head, baseCheckout: checkouts.base, operation, diskFree, promptProblems, ...state };
}
