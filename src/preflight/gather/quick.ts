import { openRepository } from '../../git/open-repository.ts';
import { ok } from '../../problem.ts';
import type { PreflightFacts } from '../facts.ts';
import { preflight } from '../preflight.ts';
import { type FactsAsked, given } from './asked.ts';
import { readQuick } from './changing.ts';
import { fullFacts, withoutRepository } from './full.ts';

/** While it waits for a slow fact, it is asked for again so often, so that a hold ends by itself. */
const HELD_EVERY = 5_000;

/** The team's own checks (a service that must be up) also while all is well. */
const TEAM_EVERY = 60_000;

/**
 * What can have changed since `last`, cheaply enough for every tick: two short git calls (with `repo` given) and a few
 * reads. What only `fullFacts` asks for is asked again when settings changed, and now and then while it stops or holds.
 */
export async function quickFacts(asked: FactsAsked, last: PreflightFacts): Promise<PreflightFacts> {
  const opened = asked.repo ? ok(asked.repo) : await openRepository(asked.cwd);
  if (!opened.ok) return withoutRepository(asked, opened.error);
  const now: PreflightFacts = { ...last, ...given(asked), ...(await readQuick(asked, opened.value)) };
  const age = Date.now() - last.fullAt;
  const changed = last.repository !== null || JSON.stringify(last.settings) !== JSON.stringify(asked.settings);
  const waits = preflight(now).some(({ check, level }) => SLOW.has(check) && level !== 'info');
  const due = (waits && age >= HELD_EVERY) || (asked.settings.preflight.length > 0 && age >= TEAM_EVERY) || age < 0;
  return changed || due ? fullFacts(asked) : now;
}

/** Checks that wait for what only `fullFacts` asks. */
const SLOW = new Set([
  'git-version',
  'repository',
  'commits',
  'identity',
  'workspaces',
  'team-checks',
  'commands-found',
  'agent-missing',
  'containment',
  'remote',
]);
