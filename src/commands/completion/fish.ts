import type { Completes } from '../program/command.ts';
import { completedCommands, DIRECTORY, type CompletedCommand, type CompletedOption } from './model.ts';

/** A completion script for fish. */
export function fishScript(): string {
  const commands = completedCommands();
  const lines = commands.flatMap((command) => [
    `complete -c kanban -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.options.map((option) => `complete -c kanban -n ${inside(command.name)} ${optionOf(option)}`),
    ...argsOf(command),
  ]);
  return `# fish completion for kanban. Once: kanban completion fish > ~/.config/fish/completions/kanban.fish
# The folder that the line names with -C.
function __kanban_folder
    set -l words (commandline -opc)
    for at in (seq 2 (math (count $words) - 1))
        if contains -- $words[$at] -C --directory
            printf '%s\\n' -C (string unescape -- $words[(math $at + 1)] | string replace -r '^~' $HOME)
        end
    end
end

function __kanban_ids
    kanban (__kanban_folder) complete ids 2>/dev/null
end

function __kanban_agents
    kanban (__kanban_folder) complete agents 2>/dev/null
end

function __kanban_commands
    printf '%s\\n' ${commands.map(({ name }) => name).join(' ')}
end

# How many arguments stand behind the command, options left out.
function __kanban_argument
    set -l words (commandline -opc)
    set -l count 0
    set -l isValue 0
    for word in $words[2..]
        if test $isValue -eq 1
            set isValue 0
            continue
        end
        contains -- $word -C --directory; and set isValue 1
        string match -q -- '-*' $word; or set count (math $count + 1)
    end
    test $count -eq $argv[1]
end

complete -c kanban -f
complete -c kanban ${optionOf(DIRECTORY)}
complete -c kanban -n __fish_use_subcommand -s V -l version -d 'print the version'
${lines.join('\n')}
complete -c file-kanban -w kanban
`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const inside = (command: string): string => quoted(`__fish_seen_subcommand_from ${command}`);

function optionOf({ short, long, summary, value }: CompletedOption): string {
  const flags = `${short === null ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)} -d ${quoted(summary)}`;
  if (value === null) return flags;
  if (value.completes === null) return `${flags} -x`;
  return value.completes === 'files'
    ? `${flags} -r -F`
    : `${flags} -x -a ${quoted(wordsOf(value.completes, value.isList))}`;
}

const argsOf = ({ name, args }: CompletedCommand): string[] =>
  args.flatMap(({ completes, isRepeated }, at) => {
    if (completes === null) return [];
    const place = isRepeated ? '' : `; and __kanban_argument ${at + 1}`;
    const condition = quoted(`__fish_seen_subcommand_from ${name}${place}`);
    return completes === 'files'
      ? [`complete -c kanban -n ${condition} -F`]
      : [`complete -c kanban -n ${condition} -f -a ${quoted(wordsOf(completes, false))}`];
  });

function wordsOf(completes: Completes, isList: boolean): string {
  const words = typeof completes === 'string' ? `(__kanban_${completes})` : completes.join(' ');
  if (!isList) return words;
  return typeof completes === 'string'
    ? `(__fish_append , (__kanban_${completes} | string replace -r '\\t.*' ''))`
    : `(__fish_append , ${words})`;
}
