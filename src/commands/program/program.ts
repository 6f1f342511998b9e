import { resolve } from 'node:path';
import { Command as Commander, CommanderError, Option } from 'commander';
import type { CommandSpec, Io, OptionSpec, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { ABOUT, COMMANDS, DIRECTORY, EXAMPLES, EXIT_CODES, PRINT_HELP, PRINT_VERSION, WHEN_STUCK } from '../table.ts';
import * as messages from '../messages.ts';
import { otherMeant } from './other-command.ts';
import { quoteHint } from './quote-hint.ts';

/** What the command line asks for. `ended`: help, version or a usage error has been printed. */
export type Asked =
  | {
      readonly kind: 'command';
      readonly spec: CommandSpec;
      readonly args: ParsedArgs;
      /** The folder of `-C`, relative to the current one; null = here. */
      readonly folder: string | null;
    }
  | { readonly kind: 'ended'; readonly code: ExitCode };

/**
 * Reads a command line by the command table. Imports commander and the table, nothing else: `kanban --help` is to be
 * fast.
 * @param argv without node and script
 */
export async function readCommandLine(
  argv: readonly string[],
  io: Pick<Io, 'stdout' | 'stderr' | 'columns'>,
  version: string,
): Promise<Asked> {
  let asked: Given | null = null;
  const words = withDefault(argv);
  const meant = otherMeant(words.slice(commandAt(words)));
  if (meant !== null) {
    io.stderr.write(`error: ${meant}\n(kanban --help)\n`);
    return { kind: 'ended', code: EXIT.usage };
  }
  const program = createProgram(io, version, new Set(words), (found) => (asked = found));
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.excessArguments') io.stderr.write(quoteHint(program, words));
    return { kind: 'ended', code: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  }
  if (asked === null) throw new Error('commander called no command');
  const { spec, args, options } = asked as Given;
  const read = await readOptions(spec, options);
  const folder: unknown = program.opts()['directory'] ?? null;
  if (read.ok)
    return {
      kind: 'command',
      spec,
      args: { args, options: read.options },
      folder: typeof folder === 'string' ? folder : null,
    };
  io.stderr.write(`${read.messages.map((message) => `error: ${message}\n`).join('')}(kanban ${spec.name} --help)\n`);
  return { kind: 'ended', code: EXIT.usage };
}

/** Plain `kanban`, and `kanban --json`, are `kanban status`. `-C` may stand before the command. */
function withDefault(argv: readonly string[]): readonly string[] {
  const at = commandAt(argv);
  const first = argv[at];
  const isStatus =
    first === undefined || (first.startsWith('-') && !['-h', '--help', '-V', '--version', '--'].includes(first));
  return isStatus && at <= argv.length ? [...argv.slice(0, at), 'status', ...argv.slice(at)] : argv;
}

/** Where the command stands: behind `-C`. */
function commandAt(argv: readonly string[]): number {
  let at = 0;
  while (/^(?:-C|--directory)/.test(argv[at] ?? '')) at += ['-C', '--directory'].includes(argv[at] ?? '') ? 2 : 1;
  return at;
}

type Given = { spec: CommandSpec; args: readonly string[]; options: Record<string, unknown> };
type OnAsked = (asked: Given) => void;

/** @param words of the command line: a command that is not among them needs its name and summary only */
function createProgram(
  io: Pick<Io, 'stdout' | 'stderr' | 'columns'>,
  version: string,
  words: ReadonlySet<string>,
  onAsked: OnAsked,
): Commander {
  const program = new Commander('kanban')
    .description(ABOUT)
    .usage('[command] [options]')
    .version(version, '-V, --version', PRINT_VERSION)
    .helpOption('-h, --help', 'print this')
    .addOption(
      new Option('-C, --directory <folder>', DIRECTORY).argParser((value, before: string | undefined) =>
        before === undefined ? value : resolve(before, value),
      ),
    )
    .showHelpAfterError('(kanban --help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', () =>
      [
        '',
        block('Examples:', EXAMPLES),
        '',
        block('Exit codes:', EXIT_CODES),
        '',
        block('When stuck:', WHEN_STUCK),
      ].join('\n'),
    );
  for (const spec of COMMANDS) {
    const command = program
      .command(spec.name, { hidden: spec.hidden === true })
      .description(spec.summary)
      .helpGroup(`${spec.group}:`);
    if (words.has(spec.name)) complete(command, spec, onAsked);
  }
  const group = `${COMMANDS.findLast(({ hidden }) => hidden !== true)?.group}:`;
  program.addHelpCommand(
    new Commander('help').argument('[command]').description(PRINT_HELP).helpOption(false).helpGroup(group),
  );
  return program;
}

/** Arguments, options, help and what is done when it is asked for. */
function complete(command: Commander, spec: CommandSpec, onAsked: OnAsked): void {
  command.showHelpAfterError(`(kanban ${spec.name} --help)`).helpOption('-h, --help', 'print this');
  for (const { name, form, summary } of spec.args) command.argument(TERMS[form].replace('name', name), summary);
  for (const { flags, short, summary, required, hidden, kind } of spec.options) {
    const option = new Option(short === undefined ? flags : `-${short}, ${flags}`, summary)
      .makeOptionMandatory(required === true)
      .hideHelp(hidden === true);
    if (kind === 'list') option.argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
  command.addHelpText('after', () => `\n${block('Examples:', spec.examples)}`);
  command.action((...given: unknown[]) => {
    const args = given
      .slice(0, spec.args.length)
      .flat()
      .filter((arg): arg is string => typeof arg === 'string');
    onAsked({ spec, args, options: command.opts() });
  });
}

const TERMS = { required: '<name>', optional: '[name]', 'any-number': '[name...]', words: '<name...>' } as const;

/** Commands on the left, what they do beside them. */
function block(title: string, lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return [title, ...lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd())].join('\n');
}

type ReadOptions =
  | { readonly ok: true; readonly options: ParsedArgs['options'] }
  | { readonly ok: false; readonly messages: readonly string[] };

async function readOptions(spec: CommandSpec, given: Record<string, unknown>): Promise<ReadOptions> {
  const options: Record<string, ParsedArgs['options'][string]> = {};
  const problems = combinationProblems(spec, new Set(Object.keys(given)));
  for (const [name, value] of Object.entries(given)) {
    const option = spec.options.find(({ flags }) => new Option(flags).attributeName() === name);
    if (typeof value === 'boolean') options[name] = value;
    if (Array.isArray(value)) {
      const { values, wrong } = readList(option, value as readonly string[]);
      problems.push(...wrong);
      options[name] = values;
    }
    if (typeof value !== 'string' || option === undefined) continue;
    const read = await readValue(option, value);
    if (option.required === true && value.trim() === '') problems.push(messages.emptyOption(option.flags));
    else if (read === null) problems.push(messages.badOption(option.flags, value, expected(option)));
    else options[name] = read;
  }
  return problems.length === 0 ? { ok: true, options } : { ok: false, messages: problems };
}

/** Options that need another one, or cannot be combined. @param given by name, as commander has them */
function combinationProblems(spec: CommandSpec, given: ReadonlySet<string>): string[] {
  const isGiven = (flag: string): boolean => given.has(new Option(flag).attributeName());
  return spec.options
    .filter(({ flags }) => given.has(new Option(flags).attributeName()))
    .flatMap(({ flags, needs, conflicts = [] }) => {
      const flag = flags.split(' ')[0] ?? flags;
      return [
        ...(needs === undefined || isGiven(needs) ? [] : [messages.needsOption(flag, needs)]),
        ...conflicts.filter(isGiven).map((other) => messages.conflictingOptions(flag, other)),
      ];
    });
}

const expected = ({ kind, most, least, choices }: OptionSpec): string =>
  choices === undefined
    ? messages.expected(kind ?? 'text', most, kind === 'count' ? least : undefined)
    : messages.oneOf(choices);

/** One of the choices, in any case. */
const chosen = (choices: readonly string[], text: string): string | null =>
  choices.find((choice) => choice.toLowerCase() === text.trim().toLowerCase()) ?? null;

/** Of a list with choices each value may name several, separated by commas. */
function readList(
  option: OptionSpec | undefined,
  given: readonly string[],
): { readonly values: readonly string[]; readonly wrong: readonly string[] } {
  const choices = option?.choices;
  if (option === undefined || choices === undefined) return { values: given, wrong: [] };
  const values: string[] = [];
  const wrong: string[] = [];
  for (const text of given.flatMap((value) => value.split(','))) {
    const value = chosen(choices, text);
    if (value === null) wrong.push(messages.badOption(option.flags, text, messages.oneOf(choices)));
    else values.push(value);
  }
  return { values, wrong };
}

const notBelow = (least = 0, duration: number | null): number | null =>
  duration === null || duration < least ? null : duration;

/** When a day began here, epoch ms. @param ago days */
function midnight(ago: number): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago).getTime();
}

const countIn = (text: string, least = 1, most = Infinity): number | null =>
  /^(?:0|[1-9]\d{0,8})$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;

async function readValue({ kind, most, least, choices }: OptionSpec, text: string): Promise<string | number | null> {
  if (kind === undefined) return choices === undefined ? text : chosen(choices, text);
  if (kind === 'count') return countIn(text, least, most);
  const { parseDuration } = await import('../../workflow/duration.ts');
  const duration = parseDuration(text, kind === 'since' ? Date.now() : undefined);
  if (kind === 'duration') return notBelow(least, duration);
  if (duration !== null) return Date.now() - duration;
  const days = ['today', 'yesterday'].indexOf(text.trim().toLowerCase());
  if (days >= 0) return midnight(days);
  const at = /^\d{4}-\d\d-\d\d/.test(text)
    ? new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text).getTime()
    : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
