import { resolve } from 'node:path';
import { git, GitError, type Repository } from '../git.ts';

/** What bounds a talk with a remote. */
export interface NetworkLimits {
  /** ms; then git and all that it started (ssh, a helper for https, a hook of a remote on this disk) is ended. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a git process that talks to a remote ended. */
export interface NetworkCall {
  /** null: it was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Ended by us: its time was up, or the caller no longer wants it. */
  readonly ended: 'time' | 'signal' | null;
}

/**
 * Runs a git command that talks to a remote: never asks the user anything, never outlasts its limits. Hooks of this
 * repository don't run, ours (the pre-push guard) included; those of the remote do.
 * @param args after the options that all of them need.
 */
export async function runNetworkCall(
  repo: Repository,
  remote: RemoteConfig,
  args: readonly string[],
  { timeout, signal, input }: NetworkLimits & { readonly input?: string },
): Promise<NetworkCall> {
  // Not AbortSignal.timeout: Node 20 may collect such a signal before its time is up.
  const ender = new AbortController();
  let ended: NetworkCall['ended'] = null;
  const end = (why: NonNullable<NetworkCall['ended']>): void => {
    ended ??= why;
    ender.abort();
  };
  const wanted = (): void => end('signal');
  if (signal?.aborted) return { code: null, stdout: '', stderr: '', ended: 'signal' };
  signal?.addEventListener('abort', wanted, { once: true });
  const timer = setTimeout(() => end('time'), Math.max(1, timeout));
  try {
    const options = {
      cwd: repo.root,
      env: networkEnv(remote),
      okExit: ANY,
      signal: ender.signal,
      ...(input === undefined ? {} : { input }),
    };
    return { ...(await git([...ALWAYS, '-c', `remote.${remote.name}.mirror=false`, ...args], options)), ended: null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { code: error.code, stdout: '', stderr: error.stderr, ended };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', wanted);
  }
}

/** What git's settings say of a remote. */
export interface RemoteConfig {
  readonly name: string;
  readonly url: string;
  /** The user has said how ssh is to be run. */
  readonly ownSsh: boolean;
  /** Where Git LFS keeps files here, absolute; it need not exist (`lfs.storage` in git-lfs-config(5)). */
  readonly largeFiles: string;
}

/** One short git call. @returns null when there is no remote of this name. */
export async function remoteConfig(repo: Repository, remote: string): Promise<RemoteConfig | null> {
  const { stdout } = await git(
    ['config', '-z', '--get-regexp', '^(core\\.sshcommand|lfs\\.storage|remote\\..*\\.url)$'],
    {
      cwd: repo.root,
      okExit: [0, 1],
    },
  );
  const values = new Map<string, string>();
  for (const record of stdout.split('\0')) {
    const end = record.indexOf('\n');
    const key = end < 0 ? record : record.slice(0, end);
    if (!values.has(key)) values.set(key, end < 0 ? '' : record.slice(end + 1));
  }
  const url = values.get(`remote.${remote}.url`);
  if (url === undefined || url === '') return null;
  const { GIT_SSH_COMMAND, GIT_SSH } = process.env;
  return {
    name: remote,
    url,
    ownSsh: Boolean(GIT_SSH_COMMAND || GIT_SSH || values.get('core.sshcommand')),
    largeFiles: resolve(repo.commonDir, values.get('lfs.storage') ?? 'lfs'),
  };
}

const ANY = Array.from({ length: 256 }, (_, code) => code);

/** A dead line ends the talk after a minute; a server that checks a push for long sends a few bytes meanwhile (`http.lowSpeed…`). */
const ALWAYS = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=60', '-c', 'credential.interactive=false'];

/** ssh asks nothing and gives up (ssh_config(5)); a helper for logins opens no window for a talk that nobody started. */
function networkEnv({ ownSsh }: RemoteConfig): Record<string, string> {
  const env: Record<string, string> = { GCM_INTERACTIVE: process.env['GCM_INTERACTIVE'] ?? 'never' };
  if (ownSsh) return env;
  const ssh = 'ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=4';
  return { ...env, GIT_SSH_COMMAND: ssh, SSH_ASKPASS: '' };
}
