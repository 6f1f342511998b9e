import { outsidePaths } from '../../named-paths.ts';
import { goodVerdict, type Verdict } from '../../workflow/roles.ts';
import { unreachable } from '../../unreachable.ts';
import type { Entry } from '../../board/entry.ts';
import type { Settings } from '../../workflow/settings.ts';
import { isUncounted } from '../agent-backoff.ts';
import * as messages from '../messages.ts';
import { oneLine } from '../one-line.ts';
import { firstLines, shortOf } from './short-of.ts';
import { protectedPaths } from './protect.ts';
import { evidence, undoing } from './outside-commits.ts';
import type { EndedRun, RunFacts } from '../world.ts';

/** What an ended run means for its entry. */
export type ReadResult =
  | { readonly kind: 'passed'; readonly text: string; readonly changelog: string | null }
  /** Counts against the stage. `short` becomes the entry's `feedback`, `text` the commit's body. */
  | { readonly kind: 'failed'; readonly short: string; readonly text: string }
  /** The reviewer wants changes: counts against the review. */
  | { readonly kind: 'changes-requested'; readonly short: string; readonly text: string }
  /** The user must look at it at once; no retry helps. */
  | { readonly kind: 'escalated'; readonly short: string; readonly text: string }
  /** Nobody's failure: nothing on the board changes. */
  | { readonly kind: 'uncounted'; readonly why: string };

/**
 * What an ended run means: facts first (did we stop it, git), then the report. The adapter has read the exit code into the
 * cause.
 */
export function readResult(run: RunFacts, ended: EndedRun, entry: Entry, settings: Settings): ReadResult {
  const { result } = ended;
  if (result.survivors.length > 0) return survived(ended);
  if (result.refused !== undefined) return escalated(result.refused, messages.runWas(result.runId));
  if (ended.outsideCommits.length > 0) return committedOutside(ended, entry);
  if (ended.found?.escalate !== undefined) return escalated(ended.found.escalate, messages.runWas(result.runId));
  if (isUncounted(result.cause)) return { kind: 'uncounted', why: `${result.cause}: ${result.detail}` };
  const touched = protectedPaths(result.changed, settings.protect, entry.files);
  if (touched.length > 0) return escalated(messages.protectedFiles(touched), messages.PROTECTED_FIX);
  const faults = [...result.faults, ...(ended.found?.faults ?? [])];
  if (faults.length > 0) return failure(withOwn(ownWords(run, ended), faults.join('; ')), ended);
  switch (result.cause) {
    case 'timed-out':
      return failure(messages.timeLimit(result.detail), ended);
    case 'stalled':
      return failure(messages.stalled(result.detail), ended);
    case 'no-report':
      return failure(ended.report.ok ? result.detail : missing(ended.report, result.detail), ended);
    case 'reported':
      return ended.report.ok
        ? readVerdict(run, { ended, report: ended.report, outside: outsideOf(ended, entry, settings) })
        : failure(ended.report.missing, ended);
    default:
      return unreachable(result.cause);
  }
}

/** Without a report, the runner's detail says how the run ended. */
const missing = (report: Extract<EndedRun['report'], { ok: false }>, detail: string): string => {
  if (detail === '') return report.missing;
  return report.isAbsent ? detail : `${report.missing} (${detail})`;
};

type Read = Extract<EndedRun['report'], { ok: true }>;

const goodVerdictOf = (run: RunFacts): Verdict =>
  run.purpose === 'mend' && run.role !== 'tester' ? 'done' : goodVerdict(run.role);

/** Paths that `files: strict` does not let the branch change. */
const outsideOf = ({ result }: EndedRun, { files }: Entry, settings: Settings): readonly string[] =>
  settings.files === 'strict' ? outsidePaths(result.changed, files) : [];

interface Evidence {
  readonly ended: EndedRun;
  readonly report: Read;
  readonly outside: readonly string[];
}

function readVerdict(run: RunFacts, { ended, report, outside }: Evidence): ReadResult {
  const text = withNotes(report.text, ended);
  if (run.role === 'reviewer' && report.verdict === 'changes-requested')
    return { kind: 'changes-requested', short: firstLines(report.text), text };
  if (report.verdict !== goodVerdictOf(run))
    return { kind: 'failed', short: `${report.verdict}: ${shortOf(report.text)}`, text };
  if (ended.result.ahead === 0) return failure(messages.nothingCommitted(report.verdict), ended);
  if (run.role === 'task' && run.mustDiffer !== null && ended.result.tip === run.mustDiffer)
    return failure(messages.SAME_COMMIT, ended);
  if (outside.length > 0) return failure(messages.outsideFiles(outside), ended);
  return { kind: 'passed', text, changelog: changelogOf(report) };
}

const changelogOf = (report: Read): string | null => {
  if (report.changelog === null) return null;
  const section = report.type === null ? '' : `${report.type.charAt(0).toUpperCase()}${report.type.slice(1)}: `;
  return section + report.changelog;
};

function survived({ result }: EndedRun): ReadResult {
  return escalated(messages.survivors(result.survivors), messages.SURVIVORS_FIX);
}

/** First the way out, since it is cut where a field ends; then the evidence. */
function committedOutside({ outsideCommits, result }: EndedRun, { id }: Entry): ReadResult {
  const undo = undoing(outsideCommits);
  return escalated(
    messages.outsideShort(evidence(outsideCommits, 1), undo),
    [
      ...evidence(outsideCommits, 10),
      '',
      messages.outsideUndo(undo),
      // Base contains its tip, so it would count as merged by hand.
      ...(result.ahead > 0 && !outsideCommits.some(({ isMerge }) => isMerge) ? [] : [messages.outsideMerged(id)]),
      messages.OUTSIDE_WAITS,
      messages.runWas(result.runId),
    ].join('\n'),
  );
}

const escalated = (short: string, text: string): ReadResult => ({
  kind: 'escalated',
  short: oneLine(short),
  text: `${short}\n\n${text}`,
});

function failure(short: string, ended: EndedRun): ReadResult {
  const output = ended.report.ok ? ended.report.text : ended.result.tail;
  return { kind: 'failed', short: oneLine(short), text: withNotes(output ? `${short}\n\n${output}` : short, ended) };
}

/** What the reviewer and the user should know besides: put-back board files, rescued files. */
function withNotes(text: string, { result, found }: EndedRun): string {
  const notes: string[] = [...(found?.notes ?? [])];
  if (result.boardRestored.length > 0) notes.push(messages.boardRestored(result.boardRestored));
  if (result.unhidden !== undefined) notes.push(messages.unhidden(result.unhidden));
  for (const { ref, why, paths } of result.rescued) notes.push(messages.rescued(ref, why, paths));
  if (result.leftovers !== null && result.cause !== 'reported')
    notes.push(messages.leftoversCommitted(result.leftovers));
  return notes.length === 0 ? text : `${text}\n\n${notes.join('\n')}`;
}

/** What the run itself says of its failure, before anything that was found out about it; '' = it says that it did well. */
function ownWords(run: RunFacts, { result, report }: EndedRun): string {
  if (report.ok) {
    const isGood = report.verdict === goodVerdictOf(run);
    return isGood ? '' : `${report.verdict}: ${shortOf(report.text)}`;
  }
  if (result.cause === 'timed-out') return messages.timeLimit(result.detail);
  return result.cause === 'stalled' ? messages.stalled(result.detail) : missing(report, result.detail);
}

/** Both stay readable where a field ends. */
const withOwn = (own: string, faults: string): string => (own === '' ? faults : `${oneLine(own, 150)}; ${faults}`);
