import { lockHolder } from '../effects/lock.ts';
import { fullFacts } from '../effects/preflight-facts.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/git.ts';
import type { Finding } from '../preflight/finding.ts';
import { fromProblem } from '../preflight/finding.ts';
import { preflight } from '../preflight/preflight.ts';
import { defaultSettings } from '../workflow/parse.ts';
import { kanbanDir } from './git-view.ts';
import { LOOK } from './look.ts';
import { Observer } from './observe.ts';
import { Preflight } from './preflight.ts';

/** Preflight as a person asks for it: also where there is no repository, no commit or no readable settings. */
export async function look(cwd: string): Promise<readonly Finding[]> {
  const nothing = { cwd, settings: defaultSettings(), settingsProblems: [], boardProblems: [], otherCoordinator: null, foreignBranches: [], inWork: 0, mended: [], runsAlive: 0, next: [] };
  const opened = await openRepository(cwd);
  if (!opened.ok) return preflight(await fullFacts(nothing));
  const repo = opened.value;
  try {
    const looked = await new Observer(repo).look({ ...LOOK, now: Date.now() });
    if (!looked.ok) return unreadable(await preflight(await fullFacts(nothing)), looked.problems);
    const findings = await new Preflight(repo).full(looked.value, []);
    const holder = lockHolder(kanbanDir(repo));
    const told: Finding[] = holder === null ? [] : [{ check: 'coordinator', level: 'told', message: `A coordinator is running (pid ${holder.holder?.pid ?? '?'})` }];
    return [...findings, ...told];
  } finally {
    closeRepository(repo);
  }
}

/** What made the look fail stops all; findings that say the same are not repeated. */
function unreadable(findings: readonly Finding[], problems: readonly Parameters<typeof fromProblem>[0][]): readonly Finding[] {
  const own = problems.filter(({ message }) => !findings.some((finding) => finding.message === message));
  return [...own.map((problem): Finding => ({ check: problem.code, ...fromProblem(problem, 'stops') })), ...findings];
}
