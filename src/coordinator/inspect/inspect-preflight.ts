import { lockHolder } from '../../system/lock.ts';
import { fullFacts } from '../../preflight/gather/full.ts';
import { closeRepository } from '../../git/close.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Finding } from '../../preflight/finding.ts';
import { fromProblem } from '../../preflight/finding.ts';
import { inOrder, preflight } from '../../preflight/preflight.ts';
import type { Problem } from '../../problem.ts';
import { defaultSettings } from '../../workflow/parse.ts';
import { kanbanDir } from '../observe/git-state.ts';
import { WITHOUT_COORDINATOR } from '../observe/observation.ts';
import { decide } from '../../pipeline/decide.ts';
import { heldEntries } from './held-entries.ts';
import { Observer } from '../observe/observer.ts';
import { Preflight } from '../preflight/preflight-runner.ts';
import { inspectRemote } from '../remote/inspect-remote.ts';
import { coordinatorRunning } from './messages.ts';

/** Preflight as the user asks for it: also where there is no repository, no commit or no readable settings. */
export async function inspectPreflight(cwd: string): Promise<readonly Finding[]> {
  const nothing = {
    cwd,
    settings: defaultSettings(),
    settingsProblems: [],
    boardProblems: [],
    otherCoordinator: null,
    obstacles: [],
    inWork: 0,
    fixed: [],
    runsAlive: 0,
    next: [],
  };
  const opened = await openRepository(cwd);
  if (!opened.ok) return unreadable(preflight(await fullFacts(nothing)), []);
  const repo = opened.value;
  try {
    const observer = new Observer(repo);
    const looked = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
    if (!looked.ok) {
      const read = await observer.workflow.read();
      if (!read.ok) return withoutSettings(preflight(await fullFacts(nothing)), looked.problems);
      const { settings } = read.value.workflow;
      return unreadable(preflight(await fullFacts({ ...nothing, settings })), looked.problems);
    }
    const held = lockHolder(kanbanDir(repo));
    const { pid, host } = held?.holder ?? { pid: 0, host: 'another machine' };
    // A coordinator here is no obstacle to looking; one that can't be judged from here is.
    const answer = await inspectRemote(repo, looked.value.workflow.settings, looked.value.git.base);
    const other = held?.state === 'foreign' ? { pid, host, here: false } : null;
    const found = await new Preflight(observer, () => answer).full(looked.value, [], other);
    const { world } = looked.value;
    const entries = world.entries.map(({ entry }) => entry);
    const findings = inOrder([...found, ...heldEntries(decide(world).notes, entries)]);
    if (held?.state !== 'alive' || held.holder?.command !== undefined) return findings;
    return [{ check: 'other-coordinator', level: 'info', message: coordinatorRunning(pid) }, ...findings];
  } finally {
    closeRepository(repo);
  }
}

/** Of the checks only those that no setting has a say in: the default settings are not the team's. */
const withoutSettings = (findings: readonly Finding[], problems: readonly Problem[]): readonly Finding[] =>
  unreadable(
    findings.filter(({ check }) => WITHOUT_SETTINGS.has(check)),
    problems,
  );

const WITHOUT_SETTINGS: ReadonlySet<string> = new Set([
  'git-version',
  'repository',
  'commits',
  'identity',
  'disk',
  'index-lock',
]);

/** What made the look fail stops all. What can't be judged without settings is left out, and nothing is reported twice. */
function unreadable(findings: readonly Finding[], problems: readonly Problem[]): readonly Finding[] {
  // Without a set-up the branch is not missing: nobody has named one.
  const isSetUp = problems.every(({ code }) => code !== 'not-set-up');
  const stops = findings.filter(
    ({ level, check }) => level === 'stops' && check !== 'prompts' && (isSetUp || check !== 'base'),
  );
  const isReported = (code: string): boolean => stops.some(({ check }) => check === SAME[code]);
  const own = problems.filter(({ code }) => !isReported(code));
  return [...own.map((problem): Finding => ({ check: problem.code, ...fromProblem(problem, 'stops') })), ...stops];
}

/** Problems of a look that a check of preflight reports better. */
const SAME: Readonly<Record<string, string>> = {
  'base-missing': 'base',
  'not-set-up': 'base',
  'no-commits': 'commits',
};
