import type { CommandSpec, Completes, OptionSpec } from '../program/command.ts';
import { COMMANDS } from '../table.ts';

/** One command as shells complete it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly args: readonly CompletedArg[];
  readonly options: readonly CompletedOption[];
}

export interface CompletedArg {
  readonly name: string;
  readonly isRepeated: boolean;
  readonly completes: Completes | null;
}

export interface CompletedOption {
  readonly long: string;
  readonly short: string | null;
  readonly summary: string;
  /** null: it is a switch. */
  readonly value: { readonly completes: Completes | null; readonly isList: boolean } | null;
}

/** The command table for completion: every command that `kanban --help` lists, and `help`. */
export function completedCommands(specs: readonly CommandSpec[] = COMMANDS): CompletedCommand[] {
  const listed = specs.filter(({ hidden }) => hidden !== true);
  const help: CompletedCommand = {
    name: 'help',
    summary: 'Print help for a command',
    args: [{ name: 'command', isRepeated: false, completes: 'commands' }],
    options: [],
  };
  return [...listed.map(completed), help];
}

const completed = ({ name, summary, args, options }: CommandSpec): CompletedCommand => ({
  name,
  summary,
  args: args.map((arg) => ({
    name: arg.name,
    isRepeated: arg.form === 'any-number' || arg.form === 'words',
    completes: arg.completes ?? (arg.name === 'id' ? 'ids' : null),
  })),
  options: [...options.filter(({ hidden }) => hidden !== true).map(completedOption), HELP],
});

const HELP: CompletedOption = { long: '--help', short: '-h', summary: 'print this', value: null };

/** Options that every command has. */
export const DIRECTORY: CompletedOption = {
  long: '--directory',
  short: '-C',
  summary: 'run as if started in that folder',
  value: { completes: 'files', isList: false },
};

function completedOption({ flags, short, summary, kind, choices, completes }: OptionSpec): CompletedOption {
  const [long = '', value] = flags.split(' ');
  return {
    long,
    short: short === undefined ? null : `-${short}`,
    summary,
    value:
      value === undefined
        ? null
        : { completes: choices ?? completes ?? null, isList: kind === 'list' || completes === 'ids' },
  };
}
