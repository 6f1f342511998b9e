import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import which from 'which';
import { ADAPTERS } from '../agents/adapters.ts';
import { git } from '../git/git.ts';
import { loginOf } from '../preflight/gather/login.ts';
import { surveyRepository, type Survey } from '../ecosystems/survey.ts';
import * as messages from './messages-summary.ts';

/** What a repository tells of itself; each value with the reason, for the user. */
export interface Detected {
  /** null: nothing to go by. */
  readonly base: Found<string> | null;
  /** The default branch, from which an integration branch starts. */
  readonly upstream: Found<string> | null;
  /** The remote that landings would be pushed to. */
  readonly remote: string | null;
  /** The branch checked out, short; null = detached. */
  readonly head: string | null;
  readonly ids: Found<readonly string[]> | null;
  /** The install command, if its programs are on the PATH. */
  readonly afterCreate: Found<string> | null;
  /** The test command, if its programs are on the PATH. */
  readonly testerRun: Found<string> | null;
  /** All that build files tell of installing and testing. */
  readonly survey: Survey;
  /** Known agent CLIs on the PATH, in the order of preference. */
  readonly agents: readonly FoundAgent[];
}

export interface FoundAgent {
  /** Of its adapter, which is its name under `agents` too. */
  readonly name: string;
  readonly title: string;
  /** The API key that it is to be given: one is set, and there is no login. null = none. */
  readonly key: string | null;
  /** Neither a login nor a key is to be seen. */
  readonly loggedOut: boolean;
}

export interface Found<T> {
  readonly value: T;
  /** `package-lock.json`, `origin/HEAD`… */
  readonly from: string;
}

/**
 * Reads a repository for `kanban init`. Nothing is run but git.
 * @param root the main worktree, absolute
 * @param board folder of an existing board, relative
 * @param env where agent CLIs, their logins and keys are looked for: `PATH`, `HOME` and what the CLIs read
 */
export async function detect(
  root: string,
  board: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Detected> {
  const head = await currentBranch(root);
  const [branches, ids, survey, agents] = await Promise.all([
    detectBranches(root, head),
    detectIds(root, board),
    surveyRepository(root, env),
    detectAgents(env),
  ]);
  return {
    ...branches,
    head,
    ids,
    afterCreate: usable(survey.install),
    testerRun: usable(survey.test),
    survey,
    agents,
  };
}

const usable = (line: Survey['test']): Found<string> | null =>
  line?.missing === null ? { value: line.command, from: line.from } : null;

async function currentBranch(root: string): Promise<string | null> {
  const { current, detached } = await simpleGit(root).branchLocal();
  return detached || current === '' ? null : current;
}

/**
 * Base: the remote's HEAD, else the current branch, else what such a branch is usually called; upstream the same, but for
 * the current branch, which comes last.
 */
async function detectBranches(
  root: string,
  head: string | null,
): Promise<Pick<Detected, 'base' | 'upstream' | 'remote'>> {
  const [listed, named] = await Promise.all([
    git(['for-each-ref', '--format=%(refname) %(symref)', 'refs/heads', 'refs/remotes/*/HEAD'], { cwd: root }),
    git(['remote'], { cwd: root }),
  ]);
  const refs = listed.stdout.split('\n').map((line) => line.split(' '));
  const heads = refs.filter(([name = '', target = '']) => name.startsWith('refs/remotes/') && target !== '');
  const [name, target] = heads.find(([ref]) => ref === 'refs/remotes/origin/HEAD') ?? heads[0] ?? [];
  const remotes = named.stdout.split('\n').filter(Boolean);
  const remote = name?.split('/')[2] ?? remotes.find((other) => other === 'origin') ?? remotes[0] ?? null;
  const branch = target?.split('/').slice(3).join('/') ?? '';
  if (name !== undefined && branch !== '') {
    const found = { value: branch, from: name.replace('refs/remotes/', '') };
    return { base: found, upstream: found, remote };
  }
  const current = head === null ? null : { value: head, from: messages.FROM_CURRENT_BRANCH };
  const known = ['main', 'master', 'trunk'].find((usual) => refs.some(([ref]) => ref === `refs/heads/${usual}`));
  const usual = known === undefined ? null : { value: known, from: messages.FROM_BRANCHES };
  return { base: current ?? usual, upstream: usual ?? current, remote };
}

/** Prefixes of an existing board, else of our own refs, else those that several branches carry. */
async function detectIds(root: string, board: string): Promise<Found<readonly string[]> | null> {
  const folder = join(root, board);
  const files = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.md')) : [];
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const onBoard = prefixes(
    texts.flatMap((text) =>
      [...text.matchAll(/^##\s+(?:\[[A-Z]+\]\s*)*\**([A-Z][A-Z0-9]*)-\d+/gm)].map((match) => match[1] ?? ''),
    ),
  );
  if (onBoard.length > 0) return { value: onBoard, from: `${board}/` };
  const { stdout } = await git(
    ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes', 'refs/kanban/start'],
    { cwd: root },
  );
  const refs = stdout.split('\n');
  const ours = prefixes(refs.flatMap((ref) => /^refs\/kanban\/start\/([A-Z][A-Z0-9]*)-\d+$/.exec(ref)?.[1] ?? []));
  if (ours.length > 0) return { value: ours, from: 'refs/kanban' };
  const named = refs.flatMap(
    (ref) =>
      /(?:^|\/)([A-Z][A-Z0-9]{0,9})-\d+(?![0-9])/.exec(ref.replace(/^refs\/(heads|remotes\/[^/]+)\//, ''))?.[1] ?? [],
  );
  const often = prefixes(
    named.filter((prefix) => named.filter((other) => other === prefix).length > 1 && !NO_PREFIX.has(prefix)),
  );
  return often[0] ? { value: [often[0]], from: messages.FROM_BRANCH_NAMES } : null;
}

const NO_PREFIX = new Set(['UTF', 'RFC', 'ISO', 'CVE', 'SHA', 'V', 'RC']);

/** The most frequent first. */
function prefixes(all: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const prefix of all) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([prefix]) => prefix);
}

async function detectAgents(env: Readonly<Record<string, string | undefined>>): Promise<readonly FoundAgent[]> {
  const path = env['PATH'] ?? '';
  const found = await Promise.all(
    ADAPTERS.map(async ({ name, cli }): Promise<FoundAgent[]> => {
      if (cli === null || (await which(cli.program, { path, nothrow: true })) === null) return [];
      const { by, unnamed } = loginOf(cli, env, []);
      const key = by === 'login' ? null : (unnamed[0] ?? null);
      return [{ name, title: cli.title, key, loggedOut: by !== 'login' && key === null }];
    }),
  );
  return found.flat();
}
