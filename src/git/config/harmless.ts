import { homedir } from 'node:os';
import { join } from 'node:path';
import { plainJsonOf, statOrNone } from '../../system/plain-file.ts';
import { guard, list, nullOr, object, optional, text, type Shape } from '../../contract/shape.ts';
import { readConfigWithIncludes, valuesOf, type ConfigLine } from './config-file.ts';
import { configPaths, effectiveConfig, settingsBeside, type EffectiveConfig } from './effective-config.ts';

/**
 * The one place that keeps our own git calls from running what a repository's config, hooks or attributes name (I12).
 * Every git process of ours is started with these arguments: those of the coordinator and the commands (git.ts, also by
 * way of the spawner), and those of a runner (runner/git/runner-git.ts, also by way of its shell).
 *
 * The signing program and filters (Git LFS) run, as far as the user set them up. What appeared in the repository's config
 * since `trustConfig` was given its text does not.
 */
export function harmless(args: readonly string[]): readonly string[] {
  const at = subcommandAt(args);
  const name = args[at];
  // It runs nothing, and is asked for these very settings.
  if (name === undefined || name === 'config') return args;
  const flags = SHOWS_CHANGES.has(name) ? ['--no-ext-diff', '--no-textconv'] : [];
  return [...HARMLESS, ...untrusted(), ...args.slice(0, at + 1), ...flags, ...args.slice(at + 1)];
}

/** Settings of all our git calls. */
const HARMLESS: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'core.editor=true',
  'sequence.editor=true',
  'core.alternateRefsCommand=true',
].flatMap((setting) => ['-c', setting]);

/** An empty command would count as a clean merge: git's own merge of texts instead. */
const MERGE_FILE = 'git merge-file --marker-size=%L %A %O %B';

/** Environment of all our git calls. */
export const HARMLESS_ENV: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  GIT_PAGER: 'cat',
  KANBAN_EMPTY: '',
  KANBAN_MERGE_FILE: MERGE_FILE,
};

/** How the command line of a git process of ours begins, in a list of processes. */
export const OUR_GIT = `git ${HARMLESS.join(' ')}`;

const SHOWS_CHANGES: ReadonlySet<string> = new Set(['diff', 'log', 'show']);
const WITH_VALUE: ReadonlySet<string> = new Set(['-c', '-C']);

/** Where the subcommand stands: after git's own options. */
function subcommandAt(args: readonly string[]): number {
  let at = 0;
  while (args[at]?.startsWith('-')) at += WITH_VALUE.has(args[at] ?? '') ? 2 : 1;
  return at;
}

/** Where a copy of the repository's config lies, as it was when no run was active, relative to the git dir. */
export const TRUSTED_CONFIG = ['kanban', 'shared', 'config'] as const;

interface Trust {
  readonly commonDir: string;
  /** Files that the settings include. */
  included: readonly string[];
  /** The copy as read last: an agent may remove it. */
  readonly last: EffectiveConfig | null;
  readonly copy: string;
  /** Sizes and times of the files when the overrides were found. */
  seen: string;
  overrides: readonly string[];
}

let trust: Trust | null = null;

/**
 * From now on this process trusts, of the settings of this repository that name programs, only those of the copy of its
 * config. Without a copy all of them are trusted.
 */
export function trustConfig(commonDir: string): void {
  const copy = join(commonDir, ...TRUSTED_CONFIG);
  const last = readTrusted(copy) ?? (trust?.commonDir === commonDir ? trust.last : null);
  trust = { commonDir, included: [], copy, last, seen: '', overrides: [] };
}

/** `-c` arguments that put settings which name a program back to what they were. Costs a few `stat`. */
function untrusted(): readonly string[] {
  if (trust === null) return [];
  if (seenBy(trust) === trust.seen) return trust.overrides;
  trust.overrides = overridesOf(trust);
  trust.seen = seenBy(trust);
  return trust.overrides;
}

const seenBy = ({ copy, commonDir, included }: Trust): string =>
  [copy, ...configPaths(commonDir), ...included].map(stampOf).join(' ');

function stampOf(path: string): string {
  const stat = statOrNone(path);
  return stat === undefined ? '-' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

function overridesOf(of: Trust): string[] {
  const trusted = readTrusted(of.copy) ?? of.last;
  if (trusted === null) return [];
  const effective = effectiveConfig(of.commonDir);
  of.included = Object.keys(effective.included);
  const before = valuesOf(trusted.lines);
  const now = valuesOf(settingsBeside(effective, trusted));
  const changed = [...now].filter(
    ([name, values]) =>
      neutralValue(name) !== null && JSON.stringify(before.get(name) ?? []) !== JSON.stringify(values),
  );
  const helpers = changed.some(([name]) => HELPER.test(name)) ? helpersOf(trusted.lines) : [];
  const others = changed.flatMap(([name]) => {
    if (HELPER.test(name)) return [];
    const neutral = neutralValue(name);
    const was = before.get(name) ?? [];
    // `-c` ends a name at its first `=`.
    if (name.includes('='))
      return [`--config-env=${name}=${neutral === MERGE_FILE ? 'KANBAN_MERGE_FILE' : 'KANBAN_EMPTY'}`];
    return ['-c', `${name}=${was.at(-1) ?? neutral}`];
  });
  return [...helpers, ...others];
}

/** git asks all helpers of all matching names, in the order in which they are set; an empty one ends the list before it. */
const HELPER = /^credential\.(.*\.)?helper$/s;

/** The list of helpers begins anew, with the user's own and the trusted ones. */
function helpersOf(trusted: readonly ConfigLine[]): string[] {
  const lines = [...personal().flatMap((file) => readConfigWithIncludes(file) ?? []), ...trusted];
  const settings = lines
    // `-c` ends a name at its first `=`.
    .filter(({ name }) => HELPER.test(name) && !name.includes('='))
    .map(({ name, value }) => `${name}=${value ?? ''}`);
  return ['credential.helper=', ...settings].flatMap((setting) => ['-c', setting]);
}

/** Config files outside of the repository: git-config(1), "FILES". */
function personal(): string[] {
  const { GIT_CONFIG_NOSYSTEM, GIT_CONFIG_SYSTEM, GIT_CONFIG_GLOBAL, XDG_CONFIG_HOME, HOME } = process.env;
  const isOff = /^(1|true|yes|on)$/i.test(GIT_CONFIG_NOSYSTEM ?? '');
  const home = HOME ?? homedir();
  const xdg = XDG_CONFIG_HOME === undefined || XDG_CONFIG_HOME === '' ? join(home, '.config') : XDG_CONFIG_HOME;
  const own =
    GIT_CONFIG_GLOBAL === undefined ? [join(xdg, 'git', 'config'), join(home, '.gitconfig')] : [GIT_CONFIG_GLOBAL];
  return [...(isOff ? [] : [GIT_CONFIG_SYSTEM ?? '/etc/gitconfig']), ...own];
}

/** Bytes of the copy. */
const MOST_COPY = 16 * 1024 * 1024;
const areLines = list(object({ name: text(), value: nullOr(text()) }));
const areTexts: Shape = (value) => object({})(value) && Object.values(value as object).every(nullOr(text()));
const isCopy = guard<Pick<EffectiveConfig, 'lines'> & Partial<EffectiveConfig>>(
  object({ lines: areLines, ofWorktrees: optional(areLines), included: optional(areTexts) }),
);

/** A copy of the settings as they were; null: there is none. */
export function readTrusted(path: string): EffectiveConfig | null {
  const copy = plainJsonOf(path, isCopy, MOST_COPY);
  return copy === null
    ? null
    : { lines: copy.lines, ofWorktrees: copy.ofWorktrees ?? [], included: copy.included ?? {} };
}

/** The settings in the copy of a repository's config; null: there is none. */
export const trustedConfig = (commonDir: string): readonly ConfigLine[] | null =>
  readTrusted(join(commonDir, ...TRUSTED_CONFIG))?.lines ?? null;

/** The value of a setting that runs nothing but git itself; null for a setting that names no program. */
export function neutralValue(name: string): string | null {
  const found = PROGRAMS.find(([pattern]) => pattern.test(name));
  return found?.[1] ?? null;
}

/** git-config(1), gitattributes(5): settings that git passes to a shell or executes, in calls such as ours. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^filter\..*\.(clean|smudge|process)$/s, ''],
  [/^filter\..*\.required$/s, 'false'],
  [/^merge\..*\.driver$/s, MERGE_FILE],
  [/^diff\..*\.(command|textconv)$/s, ''],
  [/^diff\.external$/, ''],
  [/^core\.sshcommand$/, 'ssh'],
  [/^core\.gitproxy$/, 'none'],
  [/^core\.askpass$/, ''],
  [/^credential\.(.*\.)?helper$/s, ''],
  [/^remote\..*\.uploadpack$/s, 'git-upload-pack'],
  [/^remote\..*\.receivepack$/s, 'git-receive-pack'],
  [/^protocol\.ext\.allow$/, 'never'],
  [/^protocol\.(.*\.)?allow$/s, 'user'],
  [/^gpg\.(openpgp\.)?program$/, 'gpg'],
  [/^gpg\.x509\.program$/, 'gpgsm'],
  [/^gpg\.ssh\.program$/, 'ssh-keygen'],
  [/^gpg\.ssh\.defaultkeycommand$/, ''],
  [/^gc\.recentobjectshook$/, ''],
  [/^core\.(fsmonitor|hookspath|pager|editor|alternaterefscommand)$/, ''],
  [/^sequence\.editor$/, ''],
  [/^(pager|alias)\..*$/s, ''],
  [/^submodule\..*\.update$/s, 'checkout'],
  [/^(trailer\..*\.(command|cmd)|interactive\.difffilter|tar\..*\.command)$/s, ''],
];
