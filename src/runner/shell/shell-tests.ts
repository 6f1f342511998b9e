import { basename, join } from 'node:path';
import type { ShellPlan } from '../../contract/brief.ts';
import { lstatOrNone } from '../../system/plain-file.ts';
import { changedFiles, commitAt, repositoryOf, standingOf } from '../git/branch-facts.ts';
import type { LiveRun } from '../live-run.ts';
import { matchesGlob } from '../../named-paths.ts';

/** A command of WORKFLOW.md with the files that take the place of `{changed_files}` in it. */
export interface ShellCommand {
  /** As it is written. */
  readonly command: string;
  /** Relative to the worktree; empty where the command does not ask for them. */
  readonly files: readonly string[];
}

/** What the tester is to run. */
export interface ChosenTests {
  readonly commands: readonly ShellCommand[];
  /** Changed files that no glob of `tests` covers, while others are covered. */
  readonly uncovered: readonly string[];
}

const PLACEHOLDER = '{changed_files}';
/** Bytes of names that are handed to one command; beyond it the command of the role tests everything. */
const MOST_NAMES = 512 * 1024;

/**
 * The commands of `tests` whose globs match what the branch changes over base; else the role's own command. A command with
 * `{changed_files}` gets the matching files that are still there.
 */
export async function chooseTests(run: LiveRun, { tests = [], run: own }: ShellPlan): Promise<ChosenTests> {
  const asks = [own, ...tests.map(({ command }) => command)].some((command) => command.includes(PLACEHOLDER));
  if (tests.length === 0 && !asks) return { commands: own === '' ? [] : [{ command: own, files: [] }], uncovered: [] };
  const changed = await changedNow(run);
  const there = changed.filter((path) => isThere(run, path));
  const commands = tests.flatMap(({ glob, command }): ShellCommand[] => {
    const takesFiles = command.includes(PLACEHOLDER);
    const matching = (takesFiles ? there : changed).filter((path) => matchesGlob(path, glob));
    return matching.length === 0 ? [] : [{ command, files: takesFiles ? matching : [] }];
  });
  const tooLong = commands.some(({ files }) => files.reduce((sum, path) => sum + path.length + 1, 0) > MOST_NAMES);
  if (commands.length === 0 || (tooLong && own !== ''))
    return { commands: own === '' ? [] : [commandFor(own, there)], uncovered: [] };
  const globs = tests.map(({ glob }) => glob);
  return { commands, uncovered: changed.filter((path) => !globs.some((glob) => matchesGlob(path, glob))) };
}

/** The role's command on the files that the branch changes. */
export async function roleCommand(run: LiveRun, command: string): Promise<ShellCommand> {
  if (!command.includes(PLACEHOLDER)) return { command, files: [] };
  return commandFor(
    command,
    (await changedNow(run)).filter((path) => isThere(run, path)),
  );
}

const commandFor = (command: string, files: readonly string[]): ShellCommand => ({
  command,
  files: command.includes(PLACEHOLDER) ? files : [],
});

/**
 * The program and its arguments. Each file is an argument of its own: no shell reads the names, which agents choose; and
 * none is taken for an option.
 */
export function programOf({ command, files }: ShellCommand): {
  readonly file: string;
  readonly args: readonly string[];
} {
  const line = command.replaceAll(PLACEHOLDER, () => '"$@"');
  return { file: 'sh', args: ['-c', line, 'sh', ...files.map((path) => (path.startsWith('-') ? `./${path}` : path))] };
}

/** What the branch changes over base, as its worktree stands; the board is not its business. */
async function changedNow({ brief }: LiveRun): Promise<readonly string[]> {
  const head = await commitAt(repositoryOf(brief), brief, `worktrees/${basename(brief.gitDir)}/HEAD`);
  const changed = await changedFiles(await standingOf(brief, head ?? brief.tip));
  return changed.filter((path) => !path.startsWith(`${brief.board}/`));
}

function isThere({ brief }: LiveRun, path: string): boolean {
  const stat = lstatOrNone(join(brief.worktree, path));
  return stat !== undefined && (stat.isFile() || stat.isSymbolicLink());
}
