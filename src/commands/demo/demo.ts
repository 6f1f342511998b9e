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

/** Seconds by which each run is made longer, so that eyes can follow. */
const PAUSE = 2.5;
const GRAPH_LINES = 25;

/**
 * `kanban demo [--fast] [--keep]`: a repository of a small real workspace in a temporary folder, a board with tasks for
 * the `shell` agent, the coordinator on it from beginning to end, and what it left. Needs no network; leaves no folder
 * (but with `--keep`) and no process behind, also when it is interrupted. Ends with 1 if it didn't go as promised.
 */
export default async function demo({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const root = makeDemoFolder();
  const stage = new Stage(root, join(packageRoot(), 'dist', 'cli.js'), options['fast'] === true ? 0 : PAUSE, io);
  const keep = options['keep'] === true;
  try {
    const code = await play(stage, keep);
    return stage.interrupted ? EXIT.interrupted : code;
  } catch (error) {
    // A step that was interrupted fails in its own way; only the interruption is of interest.
    if (stage.interrupted) return EXIT.interrupted;
    throw error;
  } finally {
    await stage.clear();
    if (!keep) rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function play(stage: Stage, keep: boolean): Promise<ExitCode> {
  const { root } = stage;
  const content = demoContent();
  await makeDemoRepository(root);
  stage.print(`A repository of a small program, tally, stands in ${root}.\n`);
  if ((await stage.show('init', '--agent', 'shell')) !== EXIT.done) return EXIT.bug;
  await fillDemoBoard(root);
  stage.print(promise(content));
  const exitCode = await runWithNote(stage, content);
  if (stage.interrupted) return EXIT.interrupted;
  const differences = await checkDemo(root, content, exitCode);
  await showEnd(stage);
  stage.print(differences.length === 0 ? summary(content) : complaint(differences));
  stage.print(keep ? waysThere(stage, content) : WAYS_HOME);
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
  if (lines.length > GRAPH_LINES) stage.print(`… and ${lines.length - GRAPH_LINES} lines more`);
  stage.print('');
}

const promise = ({ ids, fixed, escalated }: DemoContent): string => `
board/TODO.md now holds ${ids.length} entries for the shell agent. Each is worked on in a worktree of its own, reviewed,
tested and landed on main. ${fixed} will fail its test once and be fixed; ${escalated} asks for what the tests forbid, so it will
end with the user. Half-way this demo writes a line into board/TODO.md, as you would in an editor: watch it being picked.
`;

const summary = ({
  ids,
  fixed,
  escalated,
  noteId,
  noteTitle,
}: DemoContent): string => `${ids.length} of ${ids.length + 1} entries landed, each reviewed and tested.
- ${fixed} failed its test once and was fixed.
- ${escalated} failed twice and waits for the user: that is why kanban run ended with exit code 4.
- ${noteId} was the line written half-way: "${noteTitle}".
`;

const complaint = (differences: readonly string[]): string =>
  `The demo did not end as it should:\n${differences.map((line) => `- ${line}`).join('\n')}\n`;

const WAYS_HOME = `Three commands to try at home, in a repository of yours:
  npm i -D file-kanban && npx file-kanban init
  npx kanban add "Fix the login crash"
  npx kanban run`;

/** With the program's path, since it need not be installed there. */
const waysThere = (
  { root, cli }: Stage,
  { fixed, escalated }: DemoContent,
): string => `The repository stays in ${root}. Three commands to try there:
  cd ${root}
  node ${cli} log ${fixed}
  node ${cli} show ${escalated}`;
