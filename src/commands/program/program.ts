import { Command as Commander, CommanderError, Option } from 'commander';
import type { CommandSpec, Io, OptionSpec, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { ABOUT, COMMANDS, EXAMPLES, EXIT_CODES, WHEN_STUCK } from '../table.ts';
import * as messages from '../messages.ts';

/** What the command line asks for. `ended`: help, version or a usage error has been printed. */
export type Asked =
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly args: ParsedArgs }
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
  let asked: { spec: CommandSpec; args: readonly string[]; options: Record<string, unknown> } | null = null;
  const program = createProgram(io, version, (found) => (asked = found));
  try {
    program.parse(withDefault(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'ended', code: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  }
  if (asked === null) throw new Error('commander called no command');
  const { spec, args, options } = asked as {
    spec: CommandSpec;
    args: readonly string[];
    options: Record<string, unknown>;
  };
  const read = await readOptions(spec, options);
  if (read.ok) return { kind: 'command', spec, args: { args, options: read.options } };
  io.stderr.write(`${read.messages.map((message) => `error: ${message}\n`).join('')}(kanban ${spec.name} --help)\n`);
  return { kind: 'ended', code: EXIT.usage };
}

/** Plain `kanban`, and `kanban --json`, are `kanban status`. */
function withDefault(argv: readonly string[]): readonly string[] {
  const first = argv[0];
  const isStatus =
    first === undefined || (first.startsWith('-') && !['-h', '--help', '-V', '--version', '--'].includes(first));
  return isStatus ? ['status', ...argv] : argv;
}

type OnAsked = (asked: { spec: CommandSpec; args: readonly string[]; options: Record<string, unknown> }) => void;

function createProgram(io: Pick<Io, 'stdout' | 'stderr' | 'columns'>, version: string, onAsked: OnAsked): Commander {
  const program = new Commander('kanban')
    .description(ABOUT)
    .usage('[command] [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .showHelpAfterError('(kanban --help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
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
  for (const spec of COMMANDS) addCommand(program, spec, onAsked);
  const group = `${COMMANDS.findLast(({ hidden }) => hidden !== true)?.group}:`;
  program.addHelpCommand(
    new Commander('help')
      .argument('[command]')
      .description('Print help for a command')
      .helpOption(false)
      .helpGroup(group),
  );
  return program;
}

function addCommand(program: Commander, spec: CommandSpec, onAsked: OnAsked): void {
  const command = program
    .command(spec.name, { hidden: spec.hidden === true })
    .description(spec.summary)
    .helpGroup(`${spec.group}:`)
    .showHelpAfterError(`(kanban ${spec.name} --help)`)
    .helpOption('-h, --help', 'print this');
  for (const { name, form, summary } of spec.args) command.argument(TERMS[form].replace('name', name), summary);
  for (const { flags, summary, required, hidden, kind } of spec.options) {
    const option = new Option(flags, summary).makeOptionMandatory(required === true).hideHelp(hidden === true);
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

const TERMS = { required: '<name>', optional: '[name]', 'any-number': '[name...]' } as const;

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
    if (typeof value === 'boolean' || Array.isArray(value)) options[name] = value;
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

const expected = ({ kind, most, choices }: OptionSpec): string =>
  choices === undefined ? messages.expected(kind ?? 'text', most) : messages.oneOf(choices);

async function readValue({ kind, most, choices }: OptionSpec, text: string): Promise<string | number | null> {
  if (kind === undefined) return choices === undefined || choices.includes(text) ? text : null;
  if (kind === 'count') return /^[1-9]\d{0,8}$/.test(text) && Number(text) <= (most ?? Infinity) ? Number(text) : null;
  const { parseDuration } = await import('../../workflow/duration.ts');
  const duration = parseDuration(text);
  if (kind === 'duration') return duration;
  if (duration !== null) return Date.now() - duration;
  const at = /^\d{4}-\d\d-\d\d/.test(text)
    ? new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text).getTime()
    : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
