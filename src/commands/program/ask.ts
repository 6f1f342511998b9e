import { randomBytes } from 'node:crypto';
import { signersOf } from '../../git/config/identity.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Request } from '../../contract/request.ts';
import type { Io, ParsedArgs } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printProblems } from './print.ts';

/** What a command asks; the rest of the request is filled in here. */
export type RequestInput = Pick<Request, 'command' | 'taskId'> &
  Partial<Pick<Request, 'why' | 'text' | 'fixed' | 'now' | 'resume'>>;

/**
 * Has the coordinator carry out what the user asks, or does it itself when none is running; prints the answer.
 * A refusal ("T-12 is not escalated") goes to stderr with exit code 2.
 */
export async function ask(io: Io, wish: RequestInput): Promise<ExitCode> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const signers = await signersOf(opened.value);
  if (!signers.ok) return printProblems(io, signers.error);
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
  const reply = await runRequest(io.cwd, request);
  if (!reply.ok) return printProblems(io, reply.error);
  const { ok, message } = reply.value;
  (ok ? io.stdout : io.stderr).write(`${message}\n`);
  return ok ? EXIT.done : EXIT.usage;
}

/** For commands of the form `kanban <command> <id> --why …`. */
export const askAbout =
  (command: RequestInput['command']) =>
  ({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> =>
    ask(io, {
      command,
      taskId: args[0] ?? null,
      why: textOf(options['why']),
      ...(options['resume'] === true ? { resume: true } : {}),
    });

export const textOf = (value: string | number | boolean | undefined): string =>
  typeof value === 'string' ? value.trim() : '';
