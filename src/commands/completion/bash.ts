import type { Completes } from '../program/command.ts';
import { completedCommands, DIRECTORY, type CompletedCommand, type CompletedOption } from './model.ts';

/** A completion script for bash; it needs nothing but bash 3.2. */
export function bashScript(): string {
  const commands = completedCommands();
  return `# bash completion for kanban. In ~/.bashrc: eval "$(kanban completion bash)"
_kanban_words() {
  case "$1" in
    @ids) kanban \${folder[@]+"\${folder[@]}"} complete ids 2>/dev/null | cut -f1 ;;
    @agents) kanban \${folder[@]+"\${folder[@]}"} complete agents 2>/dev/null ;;
    @commands) echo ${commands.map(({ name }) => name).join(' ')} ;;
    *) echo "$1" ;;
  esac
}

# The options of a command.
_kanban_options() {
  case "$1" in
${commands.map((command) => `    ${command.name}) echo '${names([...command.options, DIRECTORY])}' ;;`).join('\n')}
    *) echo '${names([DIRECTORY])} -h --help -V --version' ;;
  esac
}

# What stands behind an option: words, @ids, @agents, @files, or - for text. Nothing: it is a switch.
_kanban_value() {
  case "$1 $2" in
    *' -C' | *' --directory') echo @files ;;
${commands.flatMap(valueCases).join('\n')}
  esac
}

# What the nth argument of a command is.
_kanban_arg() {
  case "$1 $2" in
${commands.flatMap(argCases).join('\n')}
  esac
}

${COMPLETE}`;
}

const COMPLETE = `_kanban() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" command= option= wanted= prefix= n=0 at=1 word
  local -a folder=()
  COMPREPLY=()
  # bash takes = for a word of its own: --state=re is three words.
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[at]}"
    if [ "$word" = = ]; then :
    elif [ -n "$option" ]; then
      # What is completed is what stands there.
      case "$option" in -C | --directory) word="\${word//\\\\/}"; folder+=(-C "\${word/#\\~/$HOME}") ;; esac
      option=
    elif [ "\${word#-}" != "$word" ]; then
      [ -n "$(_kanban_value "$command" "$word")" ] && option="$word"
    elif [ -z "$command" ]; then command="$word"
    else n=$((n + 1))
    fi
    at=$((at + 1))
  done
  [ "$cur" = = ] && cur=
  if [ -n "$option" ]; then wanted="$(_kanban_value "$command" "$option")"
  elif [ "\${cur#-}" != "$cur" ]; then wanted="$(_kanban_options "$command")"
  elif [ -z "$command" ]; then wanted=@commands
  else wanted="$(_kanban_arg "$command" $((n + 1)))"
  fi
  case "$wanted" in
    '' | -) return ;;
    @files) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    ,*) # several, separated by commas
      wanted="\${wanted#,}"
      case "$cur" in *,*) prefix="\${cur%,*},"; cur="\${cur##*,}" ;; esac ;;
  esac
  COMPREPLY=($(compgen -P "$prefix" -W "$(_kanban_words "$wanted")" -- "$cur"))
}
complete -o default -F _kanban kanban file-kanban
`;

const names = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ short, long }) => (short === null ? [long] : [short, long])).join(' ');

function valueCases({ name, options }: CompletedCommand): string[] {
  return options.flatMap(({ short, long, value }) => {
    if (value === null) return [];
    const words = value.completes === null ? '-' : `${value.isList ? ',' : ''}${wordsOf(value.completes)}`;
    const patterns = [long, ...(short === null ? [] : [short])].map((flag) => `'${name} ${flag}'`);
    return [`    ${patterns.join(' | ')}) echo '${words}' ;;`];
  });
}

const argCases = ({ name, args }: CompletedCommand): string[] =>
  args.flatMap(({ completes, isRepeated }, at) =>
    completes === null ? [] : [`    '${name} '${isRepeated ? '*' : at + 1}) echo '${wordsOf(completes)}' ;;`],
  );

const wordsOf = (completes: Completes): string =>
  typeof completes === 'string' ? `@${completes}` : completes.join(' ');
