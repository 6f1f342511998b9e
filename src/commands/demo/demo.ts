import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../system/package-root.ts';
import { git } from '../../git/git.ts';
import type { Io, ParsedArgs } from '../program/command.ts';
import { checkDemo } from './demo-check.ts';
import {
  addDemoNote,
  demoContent,
  fillDemoBoard,
  makeDemoFolder,
  makeDemoRepository,
  type DemoContent,
} from './demo-repository.ts';
import { Stage } from './demo-stage.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';
import * as messages from './messages.ts';

/** Seconds by which each run is made longer, so that eyes can follow. */
const PAUSE = 2.5;
const GRAPH_LINES = 25;

/**
 * `kanban demo [--fast] [--keep] [--serve]`: a repository of a small real workspace in a temporary folder, a board with tasks for
 * the `shell` agent, the coordinator on it from beginning to end, and what it left. Needs no network; leaves no folder
 * (but with `--keep`) and no process behind, also when it is interrupted. Ends with 1 if it didn't go as promised.
 */
export default async function demo({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const root = makeDemoFolder();
  const stage = new Stage(root, join(packageRoot(), 'dist', 'cli.js'), options['fast'] === true ? 0 : PAUSE, io);
  const keep = options['keep'] === true;
  try {
    const code = await play(stage, {
      keep,
      serve: options['serve'] === true ? (options['open'] === true ? ['--open'] : []) : null,
    });
    // What ends the server after the play interrupts nothing.
    const isInterrupted = stage.interrupted;
    await stage.untilServed();
    return isInterrupted ? EXIT.interrupted : code;
  } catch (error) {
    // A step that was interrupted fails in its own way; only the interruption is of interest.
    if (stage.interrupted) return EXIT.interrupted;
    throw error;
  } finally {
    await stage.clear();
    if (!keep) rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

interface Play {
  /** The repository stays. */
  readonly keep: boolean;
  /** Options of `kanban serve`; null: the board is not served. */
  readonly serve: readonly string[] | null;
}

async function play(stage: Stage, { keep, serve }: Play): Promise<ExitCode> {
  const { root } = stage;
  const content = demoContent();
  await makeDemoRepository(root);
  stage.print(messages.repositoryStands(root));
  if ((await stage.show('init', '--agent', 'shell')) !== EXIT.done) return EXIT.bug;
  await fillDemoBoard(root);
  const address = serve === null ? null : await stage.serve(...serve);
  stage.print(messages.promise(content));
  const exitCode = await runWithNote(stage, content);
  if (stage.interrupted) return EXIT.interrupted;
  const differences = await checkDemo(root, content, exitCode);
  await showEnd(stage);
  stage.print(differences.length === 0 ? messages.summary(content) : messages.complaint(differences));
  stage.print(keep ? messages.waysThere(stage, content) : messages.WAYS_HOME);
  if (address !== null) stage.print(messages.stillServed(address));
  return differences.length === 0 ? EXIT.done : EXIT.bug;
}

/** `kanban run --until-done`, and half-way the note, written into TODO.md as the user would. */
async function runWithNote(stage: Stage, content: DemoContent): Promise<number | null> {
  const half = Math.floor(content.ids.length / 2);
  const look = setInterval(() => {
    if (landedIn(stage.root) < half) return;
    clearInterval(look);
    addDemoNote(stage.root);
  }, 50);
  try {
    return await stage.showRun('run', '--until-done');
  } finally {
    clearInterval(look);
  }
}

function landedIn(root: string): number {
  const changelog = join(root, 'CHANGELOG.md');
  return existsSync(changelog) ? (readFileSync(changelog, 'utf8').match(/^- .*\(T-\d+\)$/gm)?.length ?? 0) : 0;
}

async function showEnd(stage: Stage): Promise<void> {
  stage.print('');
  await stage.show('status');
  stage.print(`\n$ cat CHANGELOG.md\n${readFileSync(join(stage.root, 'CHANGELOG.md'), 'utf8')}`);
  const { stdout } = await git(['log', '--graph', '--oneline', 'refs/heads/main'], { cwd: stage.root });
  const lines = stdout.trimEnd().split('\n');
  stage.print(`$ git log --graph --oneline\n${lines.slice(0, GRAPH_LINES).join('\n')}`);
  if (lines.length > GRAPH_LINES) stage.print(messages.moreLines(lines.length - GRAPH_LINES));
  stage.print('');
}
