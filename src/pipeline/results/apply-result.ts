import { unreachable } from '../../unreachable.ts';
import type { Column, CoordinatorField, Entry, Stage } from '../../board/entry.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Action, EntryChange, Trailer } from '../action.ts';
import type { ReadResult } from './read-result.ts';
import * as messages from '../messages.ts';
import { plainMove } from '../plain-move.ts';
import { oneLine } from '../one-line.ts';
import { usageText } from '../../contract/usage.ts';
import { columnOfRun, type EndedRun, type EntryFacts, type RunFacts, type World } from '../world.ts';

/** What a failure does to `attempts`, as the field's text: `task 1, reviewer 2`. */
export function raised(entry: Entry, stage: Stage): { readonly text: string; readonly count: number } {
  const counts = { ...entry.attempts, [stage]: (entry.attempts[stage] ?? 0) + 1 };
  const text = (['task', 'reviewer', 'tester', 'landing'] as const)
    .filter((name) => (counts[name] ?? 0) > 0)
    .map((name) => `${name} ${counts[name]}`)
    .join(', ');
  return { text, count: counts[stage] ?? 0 };
}

/** An ended run, what it means, and the entry that it counts for. */
export interface Taking {
  readonly run: RunFacts;
  readonly ended: EndedRun;
  readonly judgement: ReadResult;
  readonly entry: Entry;
  readonly world: World;
}

/** What a result does to its entry: the one move that names the run, or the result is discarded. */
export function applyResult(taking: Taking): Action {
  const { run, judgement, entry } = taking;
  if (judgement.kind === 'uncounted') return { type: 'put-aside', run: run.id, why: judgement.why };
  const move = judgement.kind === 'passed' ? passed(taking, judgement) : failed(taking, judgement);
  const { to, position, change, why, needsPerson } = move;
  return {
    type: 'move-entry',
    key: entry.key,
    id: run.taskId,
    from: entry.column,
    to,
    position,
    change,
    report: judgement.text,
    why,
    trailers: trailersOf(taking, move),
    consumesRun: run.id,
    request: null,
    needsPerson,
  };
}

interface Outcome {
  readonly to: Column;
  readonly position: 'top' | 'bottom';
  readonly change: EntryChange;
  readonly why: string;
  readonly needsPerson: boolean;
}

const PASS_TAGS = { removeTags: ['RETRY'] } as const;

function passed(taking: Taking, judgement: Extract<ReadResult, { kind: 'passed' }>): Outcome {
  const { run, ended } = taking;
  const { tip } = ended.result;
  const lines = judgement.changelog === null ? {} : { changelog: judgement.changelog };
  const calm = { position: 'bottom', needsPerson: false } as const;
  if (run.purpose === 'mend' && run.role !== 'tester')
    return {
      ...calm,
      to: 'TESTING',
      change: { setFields: { feedback: null, tested: null } },
      why: messages.FIXED,
    };
  switch (run.role) {
    case 'task':
      return {
        ...calm,
        to: 'REVIEW',
        change: { ...PASS_TAGS, setFields: { ...lines, feedback: null, reviewed: null, tested: null } },
        why: messages.DONE,
      };
    case 'reviewer':
      return {
        ...calm,
        to: 'TESTING',
        change: { ...PASS_TAGS, setFields: { ...lines, feedback: null, reviewed: tip, tested: null } },
        why: messages.FOUND_READY,
      };
    case 'tester':
      if (wantsRereview(taking)) return { ...calm, to: 'REVIEW', change: REREVIEW, why: messages.TESTER_CHANGED_CODE };
      return {
        ...calm,
        to: 'TESTING',
        change: { ...PASS_TAGS, setFields: { feedback: null, tested: tip } },
        why: messages.TESTS_PASS,
      };
    default:
      return unreachable(run.role);
  }
}

const REREVIEW: EntryChange = {
  ...PASS_TAGS,
  setFields: { feedback: messages.LOOK_AT_TESTER_COMMITS, reviewed: null, tested: null },
};

/** Once for an entry: a tester that always leaves something would send it round for ever. */
function wantsRereview({ run, ended, entry, world }: Taking): boolean {
  const before = [...world.history.tested].some((value) => value.startsWith(`${run.taskId} `));
  return (
    world.settings.roles.reviewer.rereview &&
    !before &&
    entry.reviewed !== ended.result.tip &&
    ended.result.leftovers !== null
  );
}

function failed(
  { run, entry, world: { settings } }: Taking,
  judgement: Exclude<ReadResult, { kind: 'passed' | 'uncounted' }>,
): Outcome {
  if (judgement.kind === 'escalated') return inPlace(entry, judgement.short);
  const fix = run.purpose === 'mend';
  const stage: Stage = fix ? failedStage(entry) : run.role;
  const { text, count } = raised(entry, stage);
  const fields: Partial<Record<CoordinatorField, string | null>> = { attempts: text, feedback: judgement.short };
  const again = count <= settings.retries;
  const why = messages.runFailed(run.role, fix, judgement.short);
  if (again) {
    const to: Column = judgement.kind === 'changes-requested' ? 'IN_PROGRESS' : columnOfRun(run);
    const change: EntryChange = {
      addTags: ['RETRY'],
      setFields: to === 'TESTING' ? { ...fields, tested: null } : fields,
    };
    return { to, position: 'bottom', change, why, needsPerson: false };
  }
  const to: Column = columnOfRun(run) === 'TESTING' ? 'REVIEW' : columnOfRun(run);
  const verdicts = to === 'REVIEW' ? { reviewed: null, tested: null } : {};
  return {
    to,
    position: 'bottom',
    change: { addTags: ['ESCALATED'], removeTags: ['RETRY'], setFields: { ...fields, ...verdicts } },
    why,
    needsPerson: true,
  };
}

/** No count is used up, but the user must look. `attempts` goes, so that the user who frees the entry gives it a fresh budget. */
const inPlace = (entry: Entry, why: string): Outcome => ({
  to: entry.column,
  position: 'bottom',
  change: { addTags: ['ESCALATED'], removeTags: ['RETRY'], setFields: { attempts: null, feedback: why } },
  why,
  needsPerson: true,
});

/** A fixing run fixes what was counted last: the landing's conflict, or the tester's failure. */
const failedStage = (entry: Entry): Stage =>
  (entry.attempts.landing ?? 0) > 0 && (entry.attempts.tester ?? 0) === 0 ? 'landing' : 'tester';

function trailersOf({ run, ended, judgement, entry, world }: Taking, turn: Outcome): Trailer[] {
  const { result, report } = ended;
  const id = run.taskId;
  const { reviewed, tested } = turn.change.setFields ?? {};
  // Also when a re-review comes first: it is what tells that there has been one.
  const passedAt = judgement.kind === 'passed' && run.role === 'tester' ? result.tip : tested;
  const trailers: Trailer[] = [];
  if (turn.to !== entry.column) trailers.push({ name: 'Kanban-Move', value: `${id} ${entry.column} -> ${turn.to}` });
  trailers.push({ name: 'Kanban-Run', value: `${id} ${run.id}` });
  trailers.push({
    name: 'Kanban-Verdict',
    value: `${id} ${run.role} ${result.cause === 'reported' && report.ok ? report.verdict : result.cause}`,
  });
  const purpose = run.purpose === 'mend' ? 'fix' : 'work';
  const outcome = judgement.kind === 'passed' ? 'passed' : 'failed';
  trailers.push({ name: 'Kanban-Outcome', value: `${id} ${purpose} ${outcome}` });
  trailers.push({ name: 'Kanban-Agent', value: `${id} ${run.role}=${run.agent}` });
  trailers.push({ name: 'Kanban-Time', value: `${id} ${run.id} ${timeOf(result)}` });
  trailers.push(...unrecordedUsage(world, id));
  if (reviewed) trailers.push({ name: 'Kanban-Reviewed', value: `${id} ${reviewed}` });
  if (passedAt) trailers.push({ name: 'Kanban-Tested', value: `${id} ${passedAt}` });
  if (ended.outsideCommits.length > 0)
    trailers.push({ name: 'Kanban-Stray', value: `${id} ${ended.outsideCommits.map(({ sha }) => sha).join(' ')}` });
  if (turn.needsPerson) trailers.push({ name: 'Kanban-Escalated', value: `${id} ${oneLine(turn.why, 200)}` });
  if (judgement.kind === 'changes-requested') trailers.push({ name: 'Kanban-Rejected', value: `${id} ${result.tip}` });
  return trailers;
}

/** `312s wait 40s`: how long the run took, and how long of that its agent waited for the provider. */
function timeOf({ startedAt, endedAt, waited = 0 }: Taking['ended']['result']): string {
  const [seconds, wait] = [endedAt - startedAt, waited].map((ms) => Math.max(0, Math.round(ms / 1000)));
  return wait === 0 ? `${seconds}s` : `${seconds}s wait ${wait}s`;
}

/** What ended runs of an entry have used and no commit tells yet. */
export const unrecordedUsage = (world: World, id: string): Trailer[] =>
  (world.usage.entries.get(id)?.unrecorded ?? []).map((used) => ({
    name: 'Kanban-Usage',
    value: `${id} ${used.id} ${usageText(used.usage)}`,
  }));

/** The branch conflicts with base: merged and tested again once, then the user is asked. */
export function conflicted(facts: EntryFacts, files: readonly string[], settings: Settings): Action {
  const why = messages.conflict(files);
  const feedback = messages.conflictFix(why);
  return notLanded(facts, { verdict: 'conflict', why, feedback, report: why }, settings);
}

/**
 * The branch as a whole may not land, whatever its runs reported: fixed and tested again once, then the user is asked.
 * @param faults each with its fix
 */
export function refused(facts: EntryFacts, faults: readonly string[], settings: Settings): Action {
  const why = (faults[0] ?? '').replace(/\. Fix: .*$/s, '');
  const report = faults.join('\n\n');
  return notLanded(facts, { verdict: 'refused', why, feedback: faults[0] ?? '', report }, settings);
}

/** The check is red because of it: like a failed test. @param report the evidence: what was green, what red, the log's end */
export function checkedRed(facts: EntryFacts, why: string, report: string, settings: Settings): Action {
  const feedback = messages.checkFix(why);
  return notLanded(facts, { verdict: 'check-red', why, feedback, report }, settings);
}

function notLanded(
  facts: EntryFacts,
  judged: { readonly verdict: string; readonly why: string; readonly feedback: string; readonly report: string },
  settings: Settings,
): Action {
  const { entry } = facts;
  const { why, report } = judged;
  const { text, count } = raised(entry, 'landing');
  const setFields = { attempts: text, feedback: oneLine(judged.feedback), tested: null };
  const trailers = [{ name: 'Kanban-Verdict', value: `${entry.id} landing ${judged.verdict}` }] as const;
  if (count <= settings.retries)
    return plainMove(facts, { change: { addTags: ['RETRY'], setFields }, why, report, trailers });
  const change = {
    addTags: ['ESCALATED'],
    removeTags: ['RETRY'],
    setFields: { ...setFields, reviewed: null },
  } as const;
  return plainMove(facts, { to: 'REVIEW', change, why, report, trailers, needsPerson: true });
}
