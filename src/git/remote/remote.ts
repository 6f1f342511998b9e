import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAncestor } from '../history/is-ancestor.ts';
import { git, type Repository } from '../git.ts';
import { sendLargeFiles } from './lfs.ts';
import { remoteConfig, runNetworkCall, type NetworkLimits, type RemoteConfig, type NetworkCall } from './network.ts';
import { isBeforeSending, saidByGit, saidByServer, remoteErrorOf, type RemoteError } from './remote-words.ts';
import * as messages from './messages.ts';

export type { NetworkLimits } from './network.ts';
export type { RemoteError } from './remote-words.ts';

export type Fetched =
  /** By the names asked for; null = the remote has no such branch. */
  { readonly ok: true; readonly tips: ReadonlyMap<string, string | null> } | ({ readonly ok: false } & RemoteError);

export interface FetchOrder extends NetworkLimits {
  /** Name of a remote, not an address. */
  readonly remote: string;
  /** Short names; each goes into `refs/remotes/<remote>/<branch>`. */
  readonly branches: readonly string[];
  /** Full names under `refs/kanban/`; each goes into `fetchedRef(remote, name)`. */
  readonly refs?: readonly string[];
}

/** Where a branch of the remote is kept here. */
export const trackingRef = (remote: string, branch: string): string => `refs/remotes/${remote}/${branch}`;

/** Where a ref of the remote's own `refs/kanban/` is kept here. */
export const fetchedRef = (remote: string, name: string): string =>
  `refs/kanban/remote/${remote}/${name.replace(/^refs\/kanban\//, '')}`;

/**
 * Fetches just these refs: no tags, no FETCH_HEAD, nothing pruned, no submodules, no gc, no hooks (git-fetch(1)). A ref
 * that the remote lacks is an answer and costs a second connection.
 */
export async function fetchRemote(repo: Repository, order: FetchOrder): Promise<Fetched> {
  const { remote } = order;
  const config = await remoteConfig(repo, remote);
  if (config === null) return noRemote(remote);
  const wanted = new Map<string, Wanted>();
  for (const name of order.branches) wanted.set(name, { from: `refs/heads/${name}`, to: trackingRef(remote, name) });
  for (const name of order.refs ?? []) wanted.set(name, { from: name, to: fetchedRef(remote, name) });
  const left = new Map(wanted);
  for (let tries = 0; left.size > 0;) {
    const refspecs = [...left.values()].map(({ from, to }) => `+${from}:${to}`);
    const ended = await runNetworkCall(repo, config, [...FETCH, '--', remote, ...refspecs], order);
    const lacking = /couldn't find remote ref (\S+)/.exec(ended.stderr)?.[1];
    const name = [...left].find(([, { from }]) => from === lacking)?.[0];
    if (name !== undefined) left.delete(name);
    else if (/because shallow roots/.test(ended.stderr)) return shallow(remote);
    else if (ended.code === 0) break;
    // The user's own git fetches the same ref this moment.
    else if (ended.ended === null && /cannot lock ref/.test(ended.stderr) && ++tries < LOCK_TRIES) await sleep(200);
    else return { ok: false, ...errorOutcome(repo, config, ended, order.timeout) };
  }
  const shas = await Promise.all([...left.values()].map(({ to }) => tipOf(repo, to)));
  const found = new Map([...left.keys()].map((name, index) => [name, shas[index] ?? null]));
  return { ok: true, tips: new Map([...wanted.keys()].map((name) => [name, found.get(name) ?? null])) };
}

/** How a push ended; `words` is shown to the user, without the fix. */
export type PushOutcome =
  | { readonly kind: 'done' }
  /** The remote has moved (fetch first, non-fast-forward, stale info, or it moved while we pushed): to be observed again. */
  | { readonly kind: 'rejected'; readonly message: string }
  /** The server does not want it (a protected branch, a hook), in its own words. */
  | { readonly kind: 'remote-rejected'; readonly message: string }
  /** Nothing was sent. */
  | { readonly kind: 'unreachable' | 'login'; readonly message: string }
  /** It was ended, or the connection broke, after something may have been sent: only the remote knows. */
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * `<sha>:refs/heads/<branch>`, only as a fast-forward of `from`, after the files that Git LFS keeps for it. The user's
 * pre-push hooks don't run, as hooks don't run on our commits.
 * git compares the branch with what the remote says when it connects, and the remote compares again when it moves it. That
 * it would be a fast-forward is not enough: what somebody took out there a moment ago must not come back.
 * @param from what the remote had when this commit was built on it; null = it had no such branch
 */
export async function pushFastForward(
  repo: Repository,
  order: NetworkLimits & { remote: string; sha: string; branch: string; from: string | null },
): Promise<PushOutcome> {
  const { remote, sha, branch, from, ...limits } = order;
  const config = await remoteConfig(repo, remote);
  if (config === null) return { kind: 'unreachable', message: noRemote(remote).message };
  if (from !== null && !(await isAncestor(repo, from, sha)))
    return { kind: 'rejected', message: messages.movedTo(remote, from) };
  const sent = await sendLargeFiles(repo, config, { sha, branch, ...limits });
  if (sent !== null && sent.code !== 0) {
    const why = sent.ended === null ? saidByGit(sent.stderr || sent.stdout) : describeEnd(remote, sent, limits.timeout);
    return { kind: 'unreachable', message: messages.largeFilesNotSent(remote, why) };
  }
  const ref = `refs/heads/${branch}`;
  return push(repo, config, { lease: `${ref}:${from ?? ''}`, refspec: `${sha}:${ref}` }, limits);
}

/**
 * Makes, replaces or deletes a ref that isn't a branch, if it is what it should be: `--force-with-lease` with the
 * expected value. `rejected`: it is something else.
 * @param to null = delete it. @param from null = must not exist.
 */
export async function pushWithLease(
  repo: Repository,
  order: NetworkLimits & { remote: string; ref: string; to: string | null; from: string | null },
): Promise<PushOutcome> {
  const { remote, ref, to, from, ...limits } = order;
  const config = await remoteConfig(repo, remote);
  if (config === null) return { kind: 'unreachable', message: noRemote(remote).message };
  return push(repo, config, { lease: `${ref}:${from ?? ''}`, refspec: `${to ?? ''}:${ref}` }, limits);
}

/** What the remote says that this ref (in full) is now, without fetching it; null = there is none. */
export async function askRemote(
  repo: Repository,
  { remote, ref, ...limits }: NetworkLimits & { remote: string; ref: string },
): Promise<{ readonly ok: true; readonly sha: string | null } | ({ readonly ok: false } & RemoteError)> {
  const config = await remoteConfig(repo, remote);
  if (config === null) return noRemote(remote);
  const ended = await runNetworkCall(repo, config, ['ls-remote', '--', remote, ref], limits);
  if (ended.code !== 0) return { ok: false, ...errorOutcome(repo, config, ended, limits.timeout) };
  const line = ended.stdout.split('\n').find((text) => text.endsWith(`\t${ref}`));
  return { ok: true, sha: line?.split('\t')[0] ?? null };
}

/** The commit that a ref of this repository stands for; no network. */
export async function tipOf(repo: Repository, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { code, stdout } = await git(args, { cwd: repo.root, okExit: [0, 1, 128] });
  return code === 0 ? stdout.trim() : null;
}

interface Wanted {
  readonly from: string;
  readonly to: string;
}

const LOCK_TRIES = 4;

// `--refmap=`: what the user's own refspecs would move besides (a mirror's: every branch here) stays as it is.
const FETCH = `fetch --quiet --refmap= --no-tags --no-write-fetch-head --no-prune --no-recurse-submodules
  --no-auto-maintenance --no-write-commit-graph --no-show-forced-updates`.split(/\s+/);

const PUSH = `push --porcelain --no-verify --no-follow-tags --recurse-submodules=no`.split(/\s+/);

async function push(
  repo: Repository,
  config: RemoteConfig,
  { lease, refspec }: { readonly lease: string; readonly refspec: string },
  limits: NetworkLimits,
): Promise<PushOutcome> {
  const remote = config.name;
  const ended = await runNetworkCall(
    repo,
    config,
    [...PUSH, `--force-with-lease=${lease}`, '--', remote, refspec],
    limits,
  );
  if (ended.ended !== null) return { kind: 'unknown', message: describeEnd(remote, ended, limits.timeout) };
  const line = statusLines(ended.stdout).find(({ flag }) => flag === '!') ?? statusLines(ended.stdout)[0];
  if (line !== undefined && line.flag !== '!' && ended.code === 0) return { kind: 'done' };
  if (line?.flag === '!') return refused(remote, line.summary, ended.stderr);
  if (!isBeforeSending(ended.stderr)) return { kind: 'unknown', message: `${remote}: ${saidByGit(ended.stderr)}` };
  const { kind, message } = errorOutcome(repo, config, ended, limits.timeout);
  return { kind: kind === 'login' ? 'login' : 'unreachable', message };
}

/** `<flag> TAB <from>:<to> TAB <summary> (<reason>)`, of git-push(1), OUTPUT. */
function statusLines(stdout: string): { readonly flag: string; readonly summary: string }[] {
  return stdout.split('\n').flatMap((line) => {
    const [flag = '', refs, summary] = line.split('\t');
    return flag.length === 1 && refs !== undefined && summary !== undefined ? [{ flag, summary }] : [];
  });
}

function refused(remote: string, summary: string, stderr: string): PushOutcome {
  const reason = /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary;
  if (summary.startsWith('[remote failure]')) return { kind: 'unknown', message: `${remote}: ${reason}` };
  if (summary.startsWith('[remote rejected]') && !MOVED_MEANWHILE.test(stderr)) {
    const answer = saidByServer(stderr);
    return { kind: 'remote-rejected', message: answer === '' ? reason : `${answer} (${reason})` };
  }
  return { kind: 'rejected', message: messages.moved(remote, reason) };
}

/** Somebody else's push was a moment faster: the server compares with what it said when we connected. */
const MOVED_MEANWHILE =
  /cannot lock ref '[^']*': (?:is at [0-9a-f]+ but expected|reference already exists|Unable to create)/;

function errorOutcome(repo: Repository, config: RemoteConfig, ended: NetworkCall, timeout: number): RemoteError {
  if (ended.ended !== null) return { kind: 'unreachable', message: describeEnd(config.name, ended, timeout) };
  return remoteErrorOf(config.name, ended.stderr, isThere(repo, config.url));
}

const describeEnd = (remote: string, { ended }: NetworkCall, timeout: number): string =>
  ended === 'time' ? messages.noAnswer(remote, timeout) : messages.connectionEnded(remote);

/** Is the folder there, if the address is a path on this disk? A drive that isn't mounted comes back. */
function isThere(repo: Repository, url: string): boolean | null {
  if (url.startsWith('file://')) return existsSync(decodeURIComponent(url.slice('file://'.length)));
  const isPath = /^[./~]/.test(url) || !url.split('/')[0]?.includes(':');
  return isPath ? existsSync(resolvePath(repo.root, url)) : null;
}

const noRemote = (remote: string) => ({ ok: false, kind: 'no-remote', message: messages.noRemote(remote) }) as const;

const shallow = (remote: string) =>
  ({
    ok: false,
    kind: 'shallow',
    message: messages.shallowRemote(remote),
  }) as const;
