import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { zeroSha, type Repository } from '../git.ts';
import { runNetworkCall, type NetworkLimits, type RemoteConfig, type NetworkCall } from './network.ts';

/**
 * Sends the files that Git LFS keeps for a commit, as its own `pre-push` hook does (git-lfs-pre-push(1)): no hook runs on
 * our pushes, and a branch whose files are missing on the remote can't be checked out by anybody.
 * @returns null: nothing is kept in LFS here.
 */
export async function sendLargeFiles(
  repo: Repository,
  remote: RemoteConfig,
  { sha, branch, ...limits }: NetworkLimits & { readonly sha: string; readonly branch: string },
): Promise<NetworkCall | null> {
  if (!existsSync(join(remote.largeFiles, 'objects'))) return null;
  const ref = `refs/heads/${branch}`;
  // Zeros for what the remote has: LFS asks its own server what is missing there.
  const input = `${ref} ${sha} ${ref} ${zeroSha(repo)}\n`;
  return runNetworkCall(repo, remote, ['lfs', 'pre-push', remote.name, remote.url], { ...limits, input });
}
