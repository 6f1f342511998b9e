import type { Handover, HandedReport, HandedRestart } from '../../workflow/handover.ts';
import type { Role } from '../../workflow/roles.ts';
import { plainLines } from '../../report/plain.ts';
import { oneLine } from '../one-line.ts';
import { shortOf } from '../results/short-of.ts';
import * as messages from './messages.ts';
import { bounded, quoted } from './quoted.ts';
import { restartOf, type RestartFacts } from './restart.ts';
import { openSteps, unfinishedStep, type Step } from './step.ts';

export interface HandoverFacts {
  readonly id: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  /** What base recorded of the entry, oldest first. */
  readonly steps: readonly Step[];
  /** The field of the entry; null: none. */
  readonly feedback: string | null;
  /** Short name of base. */
  readonly base: string;
  /** Where the branch meets base; null: it has no commits. */
  readonly from: string | null;
  /** Tool calls that the entry's last run was refused. */
  readonly refused: readonly string[];
  /** Work of earlier runs that is kept outside the branch. */
  readonly kept: readonly { readonly ref: string; readonly why: string; readonly paths: readonly string[] }[];
  /** Refs of branches that the entry had before. */
  readonly former: readonly string[];
  readonly restart: RestartFacts;
  /** Paths that the branch changes and that the entry's `files` does not name. */
  readonly outside: readonly string[];
}

/** What a run needs to know of the stages before it. `findings`: all that is open; '' = nothing. */
export function handoverOf(facts: HandoverFacts): { readonly handover: Handover; readonly findings: string } {
  const open = openSteps(facts.steps, facts.feedback);
  const parts = {
    next: `${nextAction(facts, open)}${outsideText(facts)}`,
    reports: reportsOf(facts.steps),
    blockers: blockersOf(facts, open),
    undo: undoOf(facts),
    restart: restartOf(facts.restart, unfinishedStep(facts.steps, facts)),
  };
  return { handover: { ...parts, text: textOf(facts, parts, open) }, findings: findingsOf(facts, open) };
}

function nextAction({ role, purpose, steps, feedback, from }: HandoverFacts, open: readonly Step[]): string {
  const has = (...by: readonly Step['by'][]): boolean => open.some((step) => by.includes(step.by));
  if (purpose === 'mend') return messages.next.fix;
  switch (role) {
    case 'reviewer':
      return has('reviewer', 'user') ? messages.next.reviewAgain : messages.next.review;
    case 'tester':
      return has('tester', 'landing') ? messages.next.testAgain : messages.next.test;
    default:
      if (open.at(-1)?.by === 'reviewer') return messages.next.changes;
      if (from === null && steps.some(({ toTodo }) => toTodo)) return messages.next.afresh;
      return open.length > 0 || feedback !== null ? messages.next.again : messages.next.start;
  }
}

/** For the reviewer, who judges whether the entry needs that. */
function outsideText({ role, purpose, outside }: HandoverFacts): string {
  if (role !== 'reviewer' || purpose === 'mend' || outside.length === 0) return '';
  const shown = outside.slice(0, MOST_PATHS).map((path) => `\`${oneLine(path, 200)}\``);
  return `\n\n${messages.outsideFiles(shown, outside.length - shown.length)}`;
}

const MOST_PATHS = 50;

/** Reports before these are left out. */
const MOST_REPORTS = 12;

const withText = (steps: readonly Step[]): readonly Step[] => steps.filter(({ report }) => report !== '');

const reportsOf = (steps: readonly Step[]): readonly HandedReport[] =>
  withText(steps)
    .slice(-MOST_REPORTS)
    .map((step, at, { length }) => ({
      by: messages.whoOf(step),
      verdict: verdictOf(step),
      text: bounded(step.report, at === length - 1 ? 'whole' : 'in-short', messages.showCommit(step.sha)),
      commit: step.sha,
    }));

const GOOD = new Set(['done', 'ready', 'passed']);

function verdictOf({ by, verdict, passed }: Step): string {
  const word = verdict.split(' ').slice(1).join(' ');
  if (by === 'landing' && passed) return messages.LANDED;
  return !passed && GOOD.has(word) ? messages.didNotPass(word) : word;
}

/** The newest whole, the ones before in short; what the entry's field says besides comes first. */
function findingsOf({ feedback }: HandoverFacts, open: readonly Step[]): string {
  const texts = open.map((step, at) => {
    const text = bounded(step.report, at === open.length - 1 ? 'whole' : 'in-short', messages.showCommit(step.sha));
    return `### ${messages.titleOf(messages.whoOf(step), verdictOf(step), step.sha)}\n\n${quoted(text)}`;
  });
  const isRepeated = open.some(({ report }) => repeats(feedback ?? '', report));
  const first = feedback === null || isRepeated ? [] : [quoted(plainLines(feedback).join('\n'))];
  return [...first, ...texts].map((text) => `${text}\n`).join('\n');
}

/** The field holds what its writer made of a report: the verdict, and the report in one line. */
function repeats(feedback: string, report: string): boolean {
  const text = feedback.replace(/^[a-z-]+: /, '');
  return text === shortOf(report) || oneLine(report, Number.MAX_SAFE_INTEGER).startsWith(text.replace(/\.\.\.$/, ''));
}

function blockersOf({ refused, kept, former }: HandoverFacts, open: readonly Step[]): string {
  const blocked = open.filter(({ verdict }) => verdict.endsWith(' blocked'));
  const lines = [
    ...blocked.map((step) => messages.blockedBy(messages.whoOf(step))),
    ...(refused.length > 0 ? [messages.refusedCalls(refused.map((call) => oneLine(call, 200)))] : []),
    ...kept.map(({ ref, why, paths }) =>
      messages.keptWork(
        ref,
        oneLine(why, 200),
        paths.slice(0, 10).map((path) => oneLine(path, 200)),
      ),
    ),
    ...(former.length > 0 ? [messages.formerBranches(former)] : []),
  ];
  return lines.length === 0 ? messages.NO_BLOCKERS : lines.join('\n');
}

function undoOf({ id, base, from }: HandoverFacts): string {
  const branch = from === null ? messages.NOTHING_TO_UNDO : messages.undoBranch(from, base);
  return `${branch} ${messages.undoLanding(id)}`;
}

type Parts = Omit<Handover, 'text'>;

function textOf({ id, steps }: HandoverFacts, parts: Parts, open: readonly Step[]): string {
  const older = withText(steps).length - parts.reports.length;
  const found = new Set(open.map(({ sha }) => sha));
  const reports = parts.reports.map(
    ({ by, verdict, text, commit }) =>
      `#### ${messages.titleOf(by, verdict, commit)}\n\n${found.has(commit) ? messages.UNDER_FINDINGS : quoted(text)}`,
  );
  return [
    messages.TITLE,
    `${messages.NEXT}\n\n${parts.next}`,
    ...(parts.restart === null ? [] : [restartText(parts.restart)]),
    messages.REPORTS,
    ...(older > 0 ? [messages.olderReports(older, id)] : []),
    ...(reports.length === 0 ? [messages.NO_REPORTS] : reports),
    `${messages.BLOCKERS}\n\n${parts.blockers}`,
    `${messages.UNDO}\n\n${parts.undo}`,
  ].join('\n\n');
}

function restartText({ why, commits, actions, status }: HandedRestart): string {
  const list = (lines: readonly string[]): string => lines.map((text) => `- ${text}`).join('\n');
  return [
    `${messages.RESTARTED}\n\n${why}`,
    commits.length === 0 ? messages.NO_COMMITS : `${messages.COMMITS}\n\n${list(commits)}`,
    ...(actions.length === 0 ? [] : [`${messages.ACTIONS}\n\n${list(actions)}`]),
    `${messages.STATUS}\n\n${status.map((text) => `    ${text}`).join('\n')}`,
  ].join('\n\n');
}
