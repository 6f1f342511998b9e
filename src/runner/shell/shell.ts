import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutMissing } from '../command-missing.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { ShellPlan } from '../../contract/brief.ts';
import type { CollectOptions } from '../collect.ts';
import type { LiveRun } from '../live-run.ts';
import { reasonIn, tailOf } from '../output.ts';
import { readPlain, removeWhatever } from '../../system/plain-file.ts';
import { shellMergeBase } from './shell-merge.ts';
import { reviewByProgram } from './shell-review.ts';
import { chooseTests, programOf, roleCommand, type ChosenTests, type ShellCommand } from './shell-tests.ts';
import { supervise } from '../supervise.ts';
import type { Program, ProgramEnd } from '../supervise.ts';
import { writeWhole } from '../../system/write-once.ts';
import { notDoneAfter } from '../messages.ts';
import * as messages from './messages.ts';

/** What playing the embedded agent came to; its report is in the run folder. */
export interface ShellEnd {
  readonly end: ProgramEnd;
  readonly collect: CollectOptions;
}

const NOTHING_RAN: ProgramEnd = { exit: null, spawnError: null };

/**
 * Plays the embedded `shell` agent: the same supervision as any agent, and a report in the
 * same form. No report is written for a run that was ended.
 */
export async function playShell(run: LiveRun, plan: ShellPlan): Promise<ShellEnd> {
  switch (run.brief.role) {
    case 'task':
      return playTask(run, plan);
    case 'reviewer':
      return playReviewer(run, plan);
    case 'tester':
      return playTester(run, plan);
  }
}

async function playTask(run: LiveRun, plan: ShellPlan): Promise<ShellEnd> {
  const { taskId, title } = run.brief;
  if (plan.script === null) {
    report(run, 'blocked', messages.NO_SCRIPT);
    return { end: NOTHING_RAN, collect: {} };
  }
  if (plan.mergeBase) {
    const conflict = await shellMergeBase(run);
    if (conflict !== null) {
      report(run, 'blocked', conflict);
      return { end: NOTHING_RAN, collect: {} };
    }
  }
  const end = await runProgram(run, scriptProgram(run, plan.script));
  const passed = end.exit?.code === 0;
  if (run.ended || end.spawnError !== null) return { end, collect: {} };
  if (!ownReport(run, passed)) {
    report(
      run,
      passed ? 'done' : 'blocked',
      `${passed ? messages.SCRIPT_DONE : messages.scriptFailed(end.exit, reasonIn(run.outputPath, run.outputBefore))}${quoted(run)}`,
    );
  }
  return { end, collect: passed ? { message: `${taskId}: ${title}` } : {} };
}

async function playReviewer(run: LiveRun, plan: ShellPlan): Promise<ShellEnd> {
  const review = plan.check === null ? null : await reviewByProgram(run.brief, plan.check.files);
  const notes =
    review === null || review.shown.length === 0 ? '' : messages.notedOnly(indented(review.shown.join('\n')));
  if (review !== null && review.findings.length > 0) {
    report(run, 'changes-requested', `${review.findings.map((finding) => `- ${finding}`).join('\n')}${notes}`);
    return { end: NOTHING_RAN, collect: {} };
  }
  if (plan.run === '') {
    report(run, 'ready', `${messages.checkedByProgram(review?.changed.length ?? 0)}${notes}`);
    return { end: NOTHING_RAN, collect: {} };
  }
  const command = await roleCommand(run, plan.run);
  const end = await runCommand(run, command);
  if (run.ended || end.spawnError !== null) return { end, collect: {} };
  const passed = end.exit?.code === 0;
  if (!ownReport(run, passed))
    report(run, passed ? 'ready' : 'changes-requested', `${commandEnded(run, command, end)}${quoted(run)}${notes}`);
  return { end, collect: {} };
}

async function playTester(run: LiveRun, plan: ShellPlan): Promise<ShellEnd> {
  const conflict = plan.mergeBase ? await shellMergeBase(run) : null;
  const { commands, uncovered } = conflict === null ? await chooseTests(run, plan) : NO_TESTS;
  if (commands.length === 0) {
    const nothing = (plan.tests ?? []).length === 0 ? messages.MERGES_CLEANLY : messages.NO_TEST_MATCHES;
    report(run, conflict === null ? 'passed' : 'failed', conflict ?? nothing);
    return { end: NOTHING_RAN, collect: {} };
  }
  const ran = await runAll(run, commands);
  if ('spawnError' in ran) return { end: ran, collect: {} };
  const passed = ran.failed.length === 0;
  // What failed comes first: it becomes the reason.
  const results = [...ran.failed, ...ran.passed, ...(uncovered.length === 0 ? [] : [messages.notCovered(uncovered)])];
  if (!ownReport(run, passed)) report(run, passed ? 'passed' : 'failed', results.join('\n\n'));
  return { end: ran.end, collect: {} };
}

interface RanCommands {
  /** Of the first command that failed, else of the last. */
  readonly end: ProgramEnd;
  /** What the report says of each. */
  readonly failed: readonly string[];
  readonly passed: readonly string[];
}

/** All of them, so that the fixer learns of every failure at once. @returns the end of one that could not run, or was ended */
async function runAll(run: LiveRun, commands: readonly ShellCommand[]): Promise<RanCommands | ProgramEnd> {
  const [failed, passed]: [string[], string[]] = [[], []];
  let shown = NOTHING_RAN;
  for (const command of commands) {
    const end = await runCommand(run, command);
    if (run.ended || end.spawnError !== null) return end;
    if (failed.length === 0) shown = end;
    (end.exit?.code === 0 ? passed : failed).push(`${commandEnded(run, command, end)}${quoted(run)}`);
  }
  return { end: shown, failed, passed };
}

const NO_TESTS: ChosenTests = { commands: [], uncovered: [] };

async function runProgram(run: LiveRun, program: Pick<Program, 'file' | 'args'>): Promise<ProgramEnd> {
  run.phase('agent');
  run.outputBefore = run.outputSize();
  const { timeout } = run.brief;
  const late = () => ({ cause: 'timed-out' as const, detail: notDoneAfter(timeout) });
  return supervise(run, { ...program, stdin: null, timeout: Math.max(1, timeout - run.awake), late, isAgent: true });
}

/**
 * `sh -e`: a block whose third line fails is not done. A block with a `#!` line names its own interpreter, and gets a
 * file, as does one that is too long for an argument.
 */
function scriptProgram(run: LiveRun, script: string): Pick<Program, 'file' | 'args'> {
  const lines = script.replaceAll('\r\n', '\n');
  const text = lines.endsWith('\n') ? lines : `${lines}\n`;
  const interpreter = /^#!\s*(\S+)(?:[ \t]+(\S.*))?/.exec(text);
  if (!interpreter && text.length < LONGEST_ARGUMENT) return { file: 'sh', args: ['-e', '-c', text, run.brief.taskId] };
  const path = join(run.folder, 'script');
  writeFileSync(path, text, { mode: 0o700 });
  if (!interpreter) return { file: 'sh', args: ['-e', path] };
  return { file: interpreter[1] ?? 'sh', args: [...(interpreter[2]?.trim().split(/\s+/) ?? []), path] };
}

/** Characters; Linux takes 128 KiB. */
const LONGEST_ARGUMENT = 30_000;

/** A command of the settings. */
async function runCommand(run: LiveRun, command: ShellCommand): Promise<ProgramEnd> {
  run.emit(`$ ${command.command}${command.files.length === 0 ? '' : `\n${messages.changedFiles(command.files)}`}`);
  const from = run.outputSize();
  return withoutMissing(command.command, await runProgram(run, programOf(command)), run.outputPath, from);
}

function commandEnded(run: LiveRun, { command, files }: ShellCommand, { exit }: ProgramEnd): string {
  const on = files.length === 0 ? '' : `\n\n${messages.changedFiles(files)}`;
  return exit?.code === 0
    ? `${messages.commandPassed(command)}${on}`
    : `${messages.commandFailed(command, exit, reasonIn(run.outputPath, run.outputBefore))}${on}`;
}

/** A script may write the report itself (for its `changelog` line); one that failed may only say so. */
function ownReport(run: LiveRun, passed: boolean): boolean {
  try {
    const text = readPlain(run.brief.report, MOST_READ)?.toString('utf8');
    if (text === undefined) return false;
    if (passed || /^verdict:\s*(blocked|failed|changes)/im.test(text)) return true;
    removeWhatever(run.brief.report);
  } catch {
    // It wrote none: the usual case.
  }
  return false;
}

const MOST_READ = 1024 * 1024;

function report(run: LiveRun, verdict: string, text: string): void {
  writeWhole(join(run.folder, RUN_FILES.report), `---\nverdict: ${verdict}\n---\n${text}\n`);
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

function quoted(run: LiveRun): string {
  const tail = tailOf(run.outputPath, run.outputBefore);
  return tail === '' ? '' : messages.lastLines(indented(tail));
}
