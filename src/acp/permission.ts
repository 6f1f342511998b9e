import { allowedPrograms } from '../agents/allowed-programs.ts';
import { asList, asObject, asText, printedObject } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import type { Inside } from './inside.ts';
import { permissionForShellLine } from './shell-permission.ts';
import type { ShellRules } from './shell-permission.ts';
import * as messages from './messages.ts';
import { shellQuoted } from '../shell-word.ts';

/** A tool call as far as the agent has reported it: `ToolCallUpdate` of the protocol, read leniently. */
export interface Call {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** The tool's own name, where the agent tells it. */
  readonly name: string;
  readonly input: Printed | null;
  /** Paths that it names as its locations, or whose changes it shows. */
  readonly paths: readonly string[];
}

export interface Rules {
  readonly worktree: string;
  readonly inside: Inside;
  /** Of the settings, beside git and what only looks. */
  readonly tools: readonly string[];
  /** Variables whose values an agent's shell knows as we do. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * May the agent do this unasked, in the narrow form? Reading and changing what stays in the worktree, git and the
 * programs that are allowed in its shell, and our own `report` tool. @returns why not; null = it may.
 */
export function refusal(call: Call, rules: Rules): string | null {
  const kind = kindOf(call);
  switch (kind) {
    case 'report':
    case 'think':
      return null;
    case 'edit':
    case 'delete':
    case 'move':
      return outside(call, rules) ?? (pathsOf(call).length === 0 ? messages.NO_FILE : null);
    case 'read':
    case 'search':
      return outside(call, rules);
    case 'execute':
      return shellRefusal(call, rules);
    default:
      return messages.notCovered(kind);
  }
}

/** Kind of a call; agents that leave it open (goose) show it by what they call the tool and give it. */
function kindOf(call: Call): string {
  if (call.kind !== '' && call.kind !== 'other') return call.kind;
  const named = `${call.name} ${call.title}`;
  if (commandOf(call) !== null) return /^\s*\S*(?:shell|bash|exec)\b/i.test(named) ? 'execute' : 'other';
  if (isReport(named) || (call.name === 'report' && 'verdict' in (call.input ?? {}))) return 'report';
  if (PATH_KEYS.some((key) => asText(call.input?.[key]) !== '') && TEXT_KEYS.some((key) => key in (call.input ?? {})))
    return 'edit';
  return 'other';
}

/** `mcp__kanban__report`, `kanban_report`, `kanban-report`, `report (kanban MCP Server)`… */
const isReport = (name: string): boolean =>
  /(?:^|[^a-z0-9])kanban[^a-z0-9]+report(?![a-z0-9])|^\s*report\b.*\bkanban\b/i.test(name);

const PATH_KEYS = ['file_path', 'filePath', 'path', 'fileName', 'absolute_path', 'dir_path'];
const TEXT_KEYS = ['content', 'file_text', 'new_string', 'newString', 'new_str', 'before', 'after', 'diff'];

const pathsOf = ({ paths, input }: Call): string[] => [
  ...paths,
  ...PATH_KEYS.map((key) => asText(input?.[key])).filter((path) => path !== ''),
];

function outside(call: Call, { inside, worktree }: Rules): string | null {
  const path = pathsOf(call).find((each) => !inside(each, worktree));
  return path === undefined ? null : messages.outsideWorktree(path);
}

function shellRefusal(call: Call, rules: Rules): string | null {
  // Gemini shows the command as the title only.
  const line = commandOf(call) ?? call.title;
  const given = ['cwd', 'workdir', 'directory', 'dir_path'].map((key) => asText(call.input?.[key])).find(Boolean);
  if (given !== undefined && !rules.inside(given, rules.worktree)) return messages.outsideWorktree(given);
  const shell: ShellRules = {
    cwd: given === undefined ? rules.worktree : given,
    worktree: rules.worktree,
    inside: rules.inside,
    programs: allowedPrograms(rules.tools),
    tools: rules.tools,
    variables: rules.variables,
  };
  return permissionForShellLine(line, shell);
}

/** The command line of a call; one that is given as a list is put together, `bash -lc <line>` taken apart. */
function commandOf({ input }: Call): string | null {
  const command = input?.['command'] ?? input?.['cmd'];
  if (typeof command === 'string') return command;
  const words = asList(command).map(asText);
  if (words.length === 0) return null;
  const isShell = /(?:^|\/)(?:ba|z|da)?sh$/.test(words[0] ?? '') && /^-l?c$/.test(words[1] ?? '') && words.length === 3;
  return isShell ? (words[2] ?? '') : words.map(shellQuoted).join(' ');
}

/**
 * The tool's name where only the options tell it: qwen's title of an MCP tool's call is the call's input, and its
 * options say "Always Allow in project: report".
 */
export const nameInOptions = (options: readonly { readonly name: string }[]): string =>
  options.map(({ name }) => /^Always Allow in project: (\S+)$/.exec(name)?.[1]).find(Boolean) ?? '';

/**
 * A call out of what `session/update` and `session/request_permission` say, laid over what was known of it before.
 * @param streamsInput until it names `rawInput`, the agent shows the input as JSON in the content
 */
export function mergeCall(before: Call | undefined, update: Printed, streamsInput = false): Call {
  const known = before ?? NO_CALL;
  const input = asObject(update['rawInput']) ?? (streamsInput ? streamedInput(update) : null);
  const hasInput = input !== null && Object.keys(input).length > 0;
  const paths = [...asList(update['locations']), ...asList(update['content'])]
    .map((each) => asText(asObject(each)?.['path']))
    .filter((path) => path !== '');
  return {
    id: asText(update['toolCallId']) || known.id,
    kind: asText(update['kind']) || known.kind,
    title: asText(update['title']) || known.title,
    name: nameIn(update) || known.name,
    input: hasInput ? input : known.input,
    paths: paths.length > 0 ? paths : known.paths,
  };
}

/** Only of a call that has not ended: after that the content is its output. */
function streamedInput({ status, content }: Printed): Printed | null {
  const [only, ...more] = asList(content);
  if (more.length > 0 || (status !== 'pending' && status !== 'in_progress')) return null;
  // A part of it is no JSON yet: then it stays unknown, and the call is refused.
  return printedObject(asText(asObject(asObject(only)?.['content'])?.['text']));
}

const NO_CALL: Call = { id: '', kind: '', title: '', name: '', input: null, paths: [] };

/** The tool's name, which Claude Code and Goose put into `_meta`; '' = it is not in there. */
function nameIn(update: Printed): string {
  const meta = asObject(update['_meta']);
  const claude = asObject(meta?.['claudeCode']);
  const goose = asObject(asObject(meta?.['goose'])?.['toolCall']);
  return asText(update['name']) || asText(claude?.['toolName']) || asText(goose?.['toolName']);
}
