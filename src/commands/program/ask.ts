import { randomBytes } from 'node:crypto';
import { signersOf } from '../../git/config/identity.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Reply, Request } from '../../contract/request.ts';
import type { Problem, Result } from '../../problem.ts';
import type { Io, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printJson, printProblems } from './print.ts';

/** What a command asks; the rest of the request is filled in here. */
export type RequestInput = Pick<Request, 'command' | 'taskId'> &
  Partial<Pick<Request, 'why' | 'text' | 'was' | 'to' | 'before' | 'position' | 'fixed' | 'now' | 'resume'>>;

/** Has the coordinator carry out what the user asks, or does it itself when none is running. */
export async function send(io: Io, wish: RequestInput): Promise<Result<Reply>> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return opened;
  const signers = await signersOf(opened.value);
  if (!signers.ok) return signers;
  const at = Date.now();
  const id = `${String(at).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
  const { runOfProcess, senderOf } = await import('../../runs/request-origin.ts');
  const origin = runOfProcess(process.pid, opened.value.root, io.env);
  const request: Request = {
    why: '',
    ...wish,
    id,
    at,
    by: signers.value.author,
    from: senderOf(process.pid),
    ...(origin === null ? {} : { origin }),
  };
  const { runRequest } = await import('../../coordinator/run-request.ts');
  return runRequest(io.cwd, request);
}

/**
 * Sends a request and prints the answer. A refusal ("T-12 is not escalated") goes to stderr with exit code 2; with `--json`
 * every answer is JSON on stdout.
 */
export async function ask(io: Io, options: ParsedArgs['options'], wish: RequestInput): Promise<ExitCode> {
  return printReply(io, options, wish, await send(io, wish));
}

export function printReply(
  io: Io,
  options: ParsedArgs['options'],
  { taskId }: Pick<RequestInput, 'taskId'>,
  reply: Result<Reply>,
): ExitCode {
  const isOk = reply.ok && reply.value.ok;
  if (options['json'] === true) {
    const { ok, message, id = taskId, commit = null, ...more } = reply.ok ? reply.value : refusal(reply.error);
    printJson(io, { ok, message, id, commit, ...more });
  } else if (!reply.ok) return printProblems(io, reply.error);
  else (isOk ? io.stdout : io.stderr).write(`${reply.value.message}\n`);
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
