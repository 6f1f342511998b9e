import { plainText } from '../../plain-text.ts';
import type { Reply } from '../../contract/request.ts';
import { drawFindings } from '../../preflight/draw.ts';
import type { Finding } from '../../preflight/finding.ts';
import type { Problem, Result } from '../../problem.ts';
import { sendRequest, type RequestInput } from '../../surfaces/requests/send-request.ts';
import type { Io, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printJson, printProblems } from './print.ts';

/**
 * Sends a request and prints the answer. A refusal ("T-12 is not escalated") goes to stderr with exit code 2; with `--json`
 * every answer is JSON on stdout.
 */
export async function ask(io: Io, options: ParsedArgs['options'], input: RequestInput): Promise<ExitCode> {
  return printReply(io, options, input, await send(io, input));
}

/** Sends a request; what it waits for is said on stderr. */
export const send = (io: Io, input: RequestInput): Promise<Result<Reply>> =>
  sendRequest(io, input, (text) => io.stderr.write(`${text}\n`));

/** @param input of its answer; `findings`: what the next run would stop at, printed behind it */
export function printReply(
  io: Io,
  options: ParsedArgs['options'],
  { taskId, findings = [] }: Pick<RequestInput, 'taskId'> & { readonly findings?: readonly Finding[] },
  reply: Result<Reply>,
): ExitCode {
  const isOk = reply.ok && reply.value.ok;
  if (options['json'] === true) {
    const { ok, message, id = taskId, commit = null, ...more } = reply.ok ? reply.value : refusal(reply.error);
    printJson(io, { ok, message, id, commit, ...more, ...(findings.length === 0 ? {} : { findings }) });
  } else if (!reply.ok) return printProblems(io, reply.error);
  else if (isOk) io.stdout.write(`${plainText(reply.value.message)}\n`);
  else io.stderr.write(`${reply.value.message}\n`);
  if (findings.length > 0 && options['json'] !== true) io.stderr.write(`${drawFindings(findings)}\n`);
  return isOk ? EXIT.done : EXIT.usage;
}

const refusal = (problems: readonly Problem[]): Reply & { readonly fix?: string } => {
  const fix = problems.find((problem) => problem.fix !== undefined)?.fix;
  return {
    ok: false,
    message: problems.map(({ message }) => message).join('; '),
    ...(fix === undefined ? {} : { fix }),
  };
};

/** For commands of the form `kanban <command> <id> --why …`. */
export const askAbout =
  (command: RequestInput['command']) =>
  ({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> =>
    ask(io, options, {
      command,
      taskId: args[0] ?? null,
      why: textOf(options['why']),
      ...(options['resume'] === true ? { resume: true } : {}),
    });

export const textOf = (value: ParsedArgs['options'][string] | undefined): string =>
  typeof value === 'string' ? value.trim() : '';
