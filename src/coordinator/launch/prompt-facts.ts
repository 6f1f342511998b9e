import type { Entry } from '../../board/entry.ts';
import { outsidePaths } from '../../named-paths.ts';
import { parseReport } from '../../agents/report/parse-report.ts';
import { git } from '../../git/git.ts';
import { isCut } from '../../git/history/trailers.ts';
import { handoverOf } from '../../pipeline/handover/handover.ts';
import type { RunBefore } from '../../pipeline/handover/restart.ts';
import { unfinishedStep, type Step } from '../../pipeline/handover/step.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { lastEvents } from '../../runs/run-activity.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { Place } from './ensure-place.ts';
import type { RunOrder } from './prepare-run.ts';

/** Runs that a briefing tells of, if several of one stage ended one after the other. */
const MOST_RUNS = 5;
/** Of a run's events that a briefing looks at, bytes. */
const EVENTS_TAIL = 256 * 1024;

/** What the stages before hand over to a run. An agent that reads no prompt (`hasPrompt` false) gets only the findings. */
export async function handedOver(
  { repo, runReports, history }: Observer,
  { action, observation, base }: Pick<RunOrder, 'action' | 'observation' | 'base'>,
  entry: Entry,
  {
    place,
    hasPrompt,
    changed,
  }: { readonly place: Place; readonly hasPrompt: boolean; readonly changed: readonly string[] },
): Promise<ReturnType<typeof handoverOf>> {
  const { id, role, purpose } = action;
  const ended = observation.runs.filter(
    ({ brief, result }) => brief.taskId === id && result !== null && brief.startSha === place.start,
  );
  const first = ended.findLastIndex(({ brief }) => brief.role !== role || brief.purpose !== purpose) + 1;
  const same = ended.slice(first);
  const steps = (await runReports.of(id, history.history.steps.get(id))).map((step) => whole(step, observation.runs));
  const isRestart = hasPrompt && (same.length > 0 || unfinishedStep(steps, action) !== null);
  const [from, commits, status] = await Promise.all([
    place.tip === place.start || !hasPrompt ? null : forkPoint(repo.root, base, place.tip),
    isRestart ? commitsSince(repo.root, same[0]?.brief.tip ?? place.start, place.tip) : [],
    isRestart ? statusOf(place.path) : [],
  ]);
  return handoverOf({
    id,
    role,
    purpose,
    steps,
    feedback: entry.feedback,
    base: observation.workflow.settings.base,
    from,
    refused: ended.at(-1)?.result?.denied ?? [],
    kept: ended.flatMap(({ result }) => result?.rescued ?? []),
    former: [...observation.git.refs.keys()].filter((ref) => ref.startsWith(`refs/kanban/abandoned/${id}/`)).slice(-3),
    outside: outsidePaths(changed, entry.files),
    restart: { runs: isRestart ? same.slice(-MOST_RUNS).flatMap(runBefore) : [], commits, status },
  });
}

/** A commit has a long report in part; the run's folder has all of it, as long as it is there. */
function whole(step: Step, runs: readonly RunRecord[]): Step {
  if (!isCut(step.report)) return step;
  const record = runs.find(({ runId }) => runId === step.run);
  const text = record?.reportText();
  if (record === undefined || typeof text !== 'string') return step;
  const parsed = parseReport(text, record.brief.role);
  return parsed.ok ? { ...step, report: parsed.text } : step;
}

function runBefore({ folder, brief, result, taken }: RunRecord): RunBefore[] {
  if (result === null) return [];
  const { cause, detail, tail } = result;
  const judged = taken?.why ?? null;
  return [
    { id: brief.runId, agent: brief.agent, cause, detail, judged, events: lastEvents(folder, EVENTS_TAIL), tail },
  ];
}

/** Where the branch meets base; null: nowhere. */
async function forkPoint(root: string, base: string, tip: string): Promise<string | null> {
  const { stdout } = await git(['merge-base', base, tip], { cwd: root, okExit: [0, 1, 128] });
  return stdout.trim() || null;
}

async function commitsSince(root: string, from: string, tip: string): Promise<readonly string[]> {
  const args = ['log', '--reverse', '--first-parent', '--no-color', '--no-show-signature', '--format=%h %s'];
  const { stdout } = await git([...args, `${from}..${tip}`, '--'], { cwd: root, okExit: [0, 128] });
  return stdout.split('\n').filter(Boolean);
}

async function statusOf(worktree: string): Promise<readonly string[]> {
  const { stdout } = await git(['status', '--short', '--branch', '--untracked-files=normal'], {
    cwd: worktree,
    okExit: [0, 128],
  });
  return stdout.split('\n').filter(Boolean);
}

/** Paths that the branch changes: from the last run that ended on this tip, else by git. */
export async function changedFiles(
  { repo }: Observer,
  { runs }: Observation,
  id: string,
  { tip, base }: Pick<Place, 'tip'> & { readonly base: string },
): Promise<readonly string[]> {
  const known = runs.findLast(
    ({ brief, result }) => brief.taskId === id && result !== null && result.tip === tip && result.changed.length > 0,
  );
  if (known?.result) return known.result.changed;
  const { stdout } = await git(['diff', '--name-only', '-z', '--no-renames', `${base}...${tip}`, '--'], {
    cwd: repo.root,
    okExit: [0, 128],
  });
  return stdout.split('\0').filter(Boolean);
}
