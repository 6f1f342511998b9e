import { randomBytes } from 'node:crypto';
import { signersOf } from '../../git/config/identity.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Reply, Request } from '../../contract/request.ts';
import type { Result } from '../../problem.ts';

/** What a surface asks; the rest of the request is filled in here. */
export type RequestInput = Pick<Request, 'command' | 'taskId'> &
  Partial<Omit<Request, 'id' | 'at' | 'by' | 'command' | 'taskId' | 'from' | 'origin'>>;

/** Where a request comes from. */
export interface RequestPlace {
  /** A folder in the repository. */
  readonly cwd: string;
  /** Environment of the process: a run's mark may be in it. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Has the coordinator carry out what the user asks, or does it itself when none is running.
 * @param onWaiting is told, once, what is waited for where no answer comes for some seconds
 * @returns the reply, also of a refusal (`ok: false`); problems: no repository, no identity, no answer
 */
export async function sendRequest(
  { cwd, env }: RequestPlace,
  input: RequestInput,
  onWaiting?: (text: string) => void,
): Promise<Result<Reply>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const signers = await signersOf(opened.value);
  if (!signers.ok) return signers;
  const at = Date.now();
  const id = `${String(at).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
  const { runOfProcess, senderOf } = await import('../../runs/request-origin.ts');
  const origin = runOfProcess(process.pid, opened.value.root, env);
  const request: Request = {
    why: '',
    ...input,
    id,
    at,
    by: signers.value.author,
    from: senderOf(process.pid),
    ...(origin === null ? {} : { origin }),
  };
  const { runRequest } = await import('../../coordinator/run-request.ts');
  return runRequest(cwd, request, onWaiting);
}
