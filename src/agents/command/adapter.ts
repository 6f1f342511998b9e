import { ROLES } from '../../workflow/roles.ts';
import type { Adapter, AgentReading, AgentRun } from '../agent.ts';
import * as messages from './messages.ts';

/**
 * Any program as an agent. `agents.<name>.command` and `args` are the program and its arguments (no shell), in which
 * `{prompt_file} {worktree} {report} {git_dir} {git_common_dir} {model} {run_id}` are replaced; the prompt is
 * on stdin. Where `{prompt}` is an argument, the runner puts the prompt there, and stdin is closed: a program that reads both
 * would get it twice. Where no model is set, an argument that is just `{model}` is left out, with an option (`-…`) right
 * before it.
 *
 * How it ends, where it has written no report:
 * - exit 126 or 127, or it could not be launched: `not-started`, restarted with backoff;
 * - exit 75 (EX_TEMPFAIL of sysexits.h): provider trouble (rate limit, overload); a last line of output
 *   `retry-after: <seconds>` says when the provider may be asked again;
 * - anything else: it ended, and what it committed counts.
 */
export const command: Adapter = {
  name: 'command',
  canFix: true,
  shownCommand: 'as-written',
  cli: null,
  capabilities: {
    resume: 'never',
    names: false,
    inject: 'restart',
    mcp: false,
    roles: ROLES,
  },
  plan: (run) => {
    const [file = '', ...args] = filled([...run.settings.command, ...run.settings.args], run);
    const stdin = args.some((arg) => arg.includes('{prompt}')) ? 'argument' : 'prompt';
    return { command: { file, args, stdin }, shell: null, env: {} };
  },
  startConversation: null,
  outcome: ({ code, signal }, tail, _events, now) => read(code, signal, tail, now),
};

const TEMPORARY_FAILURE = 75;

function filled(words: readonly string[], run: AgentRun): string[] {
  const values: Readonly<Record<string, string>> = {
    prompt_file: run.promptFile,
    worktree: run.worktree,
    report: run.report,
    git_dir: run.gitDir,
    git_common_dir: run.gitCommonDir,
    model: run.model ?? '',
    run_id: run.runId,
  };
  return withoutModel(words, run.model).map((word) =>
    word.replace(/\{([a-z_]+)\}/g, (whole, name: string) => values[name] ?? whole),
  );
}

function withoutModel(words: readonly string[], model: string | null): readonly string[] {
  if (model !== null) return words;
  const dropped = new Set<number>();
  words.forEach((word, n) => {
    if (word !== '{model}') return;
    dropped.add(n);
    if (words[n - 1]?.startsWith('-')) dropped.add(n - 1);
  });
  return words.filter((_, n) => !dropped.has(n));
}

function read(code: number | null, signal: string | null, tail: string, now: number): AgentReading {
  const last = tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (code === 126 || code === 127 || (code === null && signal === null))
    return { kind: 'not-started', detail: last === '' ? `exit ${code ?? '?'}` : last };
  if (code !== TEMPORARY_FAILURE) return { kind: 'ended' };
  const seconds = /^retry-after:\s*(\d+(?:\.\d+)?)\s*s?$/i.exec(last)?.[1];
  const detail = messages.PROVIDER_UNAVAILABLE;
  return seconds === undefined
    ? { kind: 'provider', detail }
    : { kind: 'provider', until: now + Math.round(Number(seconds) * 1000), detail };
}
