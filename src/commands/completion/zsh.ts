import type { Completes } from '../program/command.ts';
import { completedCommands, DIRECTORY, type CompletedCommand, type CompletedOption } from './model.ts';
import { shellQuoted } from '../../shell-word.ts';

/** A completion script for zsh, as a function of its completion system. */
export function zshScript(): string {
  const commands = completedCommands();
  return `#compdef kanban file-kanban
# zsh completion for kanban. In ~/.zshrc, after compinit: eval "$(kanban completion zsh)"
_kanban_ids() {
  local -a found
  found=(\${\${(f)"$(kanban $folder complete ids 2>/dev/null)"}/$'\\t'/:})
  _describe -t ids 'entry' found "$@"
}

_kanban_agents() {
  local -a found
  found=(\${(f)"$(kanban $folder complete agents 2>/dev/null)"})
  compadd "$@" -a found
}

_kanban_commands() {
  local -a found
  found=(
${commands.map(({ name, summary }) => `    ${shellQuoted(`${name}:${summary}`)}`).join('\n')}
  )
  _describe -t commands 'command' found
}

_kanban() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a folder
  local -i at
  for ((at = 2; at < CURRENT - 1; at++)); do
    [[ $words[at] == (-C|--directory) ]] && folder+=(-C "\${\${(Q)words[at+1]}/#\\~/$HOME}")
  done
  _arguments -C ${specOf(DIRECTORY)} '(-h --help)'{-h,--help}'[print this]' '(-V --version)'{-V,--version}'[print the version]' \\
    '1: :_kanban_commands' '*:: :->args'
  [[ $state == args ]] || return
  case $words[1] in
${commands.map(caseOf).join('\n')}
  esac
}

if [ "$funcstack[1]" = _kanban ]; then _kanban "$@"; else compdef _kanban kanban file-kanban; fi
`;
}

function caseOf({ name, args, options }: CompletedCommand): string {
  const positions = args.map(({ name: arg, completes, isRepeated }, at) =>
    shellQuoted(`${isRepeated ? '*' : at + 1}:${arg === '-' ? 'stdin' : arg}:${actionOf(completes)}`),
  );
  const specs = [...[...options, DIRECTORY].map(specOf), ...positions];
  return `    ${name}) _arguments ${specs.join(' ')} ;;`;
}

function specOf({ long, short, summary, value }: CompletedOption): string {
  const words = `[${summary.replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:')}]`;
  const behind = value === null ? '' : `:${long.slice(2)}:${actionOf(value.completes, value.isList)}`;
  const more = value?.isList === true ? '*' : '';
  if (short === null) return shellQuoted(`${more}${long}${words}${behind}`);
  const flags = `{${short},${long}}${shellQuoted(`${words}${behind}`)}`;
  return more === '' ? `'(${short} ${long})'${flags}` : `'*'${flags}`;
}

/** What completes a value: a function, or words; of a list, words separated by commas. */
function actionOf(completes: Completes | null, isList = false): string {
  if (completes === null) return '';
  if (completes === 'files') return '_files';
  const one = typeof completes === 'string' ? `_kanban_${completes}` : `(${completes.join(' ')})`;
  if (!isList) return one;
  return typeof completes === 'string' ? `_sequence ${one}` : `_sequence compadd - ${completes.join(' ')}`;
}
