import type { Inside } from './inside.ts';
import { readShellLine } from './shell-line.ts';
import type { ShellCommand, ShellWord } from './shell-line.ts';
import * as messages from './messages.ts';

export interface ShellRules {
  readonly cwd: string;
  readonly worktree: string;
  readonly inside: Inside;
  /** All programs that may run: git, those that only look, and the settings' own. */
  readonly programs: readonly string[];
  /** The settings' own: how they are called isn't looked at. */
  readonly tools: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * May a shell run this line unasked: only programs that are allowed, all redirections and the working folder inside the
 * worktree? It keeps an agent on its way, and is no sandbox: git itself can be made to run programs, and so can the
 * settings' tools. @returns why not; null = it may.
 */
export function permissionForShellLine(line: string, rules: ShellRules): string | null {
  const commands = readShellLine(line, { ...rules.variables, PWD: rules.cwd });
  if (commands === null) return messages.NOT_SIMPLE;
  if (commands.length === 0) return messages.NO_COMMAND;
  let { cwd } = rules;
  for (const command of commands) {
    const why = permissionFor(command, { ...rules, cwd });
    if (why !== null) return why;
    const [program, target] = command.words;
    if (program?.text === 'cd') cwd = target === undefined ? cwd : joined(cwd, target.text);
  }
  return null;
}

function permissionFor({ words, files }: ShellCommand, rules: ShellRules): string | null {
  const file = files.find((each) => each.open || !(DEVICES.has(each.text) || rules.inside(each.text, rules.cwd)));
  if (file !== undefined) return messages.fileOutside(file.text);
  const [program, ...args] = words;
  if (program === undefined) return null;
  if (program.open || !rules.programs.includes(program.text)) return messages.notAllowed(program.text || 'its program');
  if (rules.tools.includes(program.text)) return null;
  if (program.text === 'git') return permissionForGit(args, rules);
  return permissionForReading(program.text, args, rules);
}

const DEVICES = new Set(['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/stdin', '/dev/tty']);

/** Options of git whose next argument is their value, and those of them whose value is a path. */
const WITH_PATH = new Set(['-C', '--git-dir', '--work-tree', '--exec-path']);
const WITH_VALUE = new Set([...WITH_PATH, '-c', '--namespace']);

/** Another repository or worktree is another's. */
function permissionForGit(args: readonly ShellWord[], { inside, cwd }: ShellRules): string | null {
  for (let n = 0; n < args.length; n += 1) {
    const text = args[n]?.text ?? '';
    if (!text.startsWith('-')) return null;
    const takes = WITH_VALUE.has(text);
    const value = args[takes ? n + 1 : n];
    const attached = /^--(?:git-dir|work-tree)=(.*)$/.exec(text)?.[1];
    const path = attached ?? (WITH_PATH.has(text) ? value?.text : undefined);
    if (path !== undefined && (value?.open === true || !inside(path, cwd))) return messages.leadsOutside(`git ${text}`);
    if (takes) n += 1;
  }
  return null;
}

/** Programs that only look: what they look at stays inside, and nothing makes them write or run something. */
function permissionForReading(program: string, args: readonly ShellWord[], rules: ShellRules): string | null {
  const harmless = ['echo', 'printf', 'test', '[', 'true', 'false', 'pwd', 'date', 'which'].includes(program);
  if (harmless) return null;
  if (program === 'cd' && args.length !== 1) return messages.leadsOutside('cd');
  for (const { text, open } of args) {
    if (open) return messages.unclearArgument(program);
    if (RISKY[program]?.test(text)) return messages.notAllowed(`${program} ${text}`);
    const value = valueIn(text);
    const isPath = program === 'cd' || /^[/~]/.test(value) || /(?:^|\/)\.\.(?:\/|$)/.test(value);
    if (isPath && !DEVICES.has(value) && !rules.inside(value, rules.cwd)) return messages.outsideWorktree(value);
  }
  return null;
}

/** What an argument names: the value of `--option=value`, the path in `-I/path`, or all of it. */
const valueIn = (text: string): string =>
  /^--?[\w-]+=(.*)$/.exec(text)?.[1] ?? (text.startsWith('-') ? text.replace(/^[^/]*(?=\/)/, '') : text);

const RISKY: Readonly<Record<string, RegExp>> = {
  rg: /^--(?:pre|hostname-bin)/,
  sort: /^(?:-[a-zA-Z]*[oT]|--(?:output|compress-program|temporary-directory))/,
};

const joined = (cwd: string, path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`);
