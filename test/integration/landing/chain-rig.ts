import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { checkoutOf, type Worktree } from '../../../src/git/checkout.ts';
import { insertChangelogLine, type ChangelogSection } from '../../../src/landing/changelog/changelog.ts';
import { buildChain, landChain, type Chain, type ChainItem, type ChainLanded } from '../../../src/landing/chain.ts';
import type { Step } from '../../../src/landing/move.ts';
import { makeCommits, type CommitSpec } from './history.ts';
import { lines, makeRig, type Rig } from './rig.ts';

/** T-101, T-102…: entries in TESTING, whose branches a test makes as it likes. */
export const idsOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `T-${101 + i}`);

/** TESTING.md with these entries, as base has it. */
export const testingOf = (ids: readonly string[]): string =>
  ['# TESTING\n', ...ids.map((id) => `\n## ${id}: Task ${id}\n\n- tested: x\n\nDo ${id}.\n`)].join('');

export async function makeChainRig(
  count: number,
  options: { readonly format?: string; readonly changelog?: string } = {},
): Promise<Rig> {
  const rig = await makeRig({ name: 'ein Ordner mit ü', ...(options.format ? { format: options.format } : {}) });
  rig.write('board/TESTING.md', testingOf(idsOf(count)));
  if (options.changelog !== undefined) rig.write('CHANGELOG.md', options.changelog);
  rig.git('commit', '-qam', 'entries');
  rig.git('update-ref', 'refs/kanban/seen', 'main');
  rig.git('gc', '-q');
  return rig;
}

/** Task branches with one commit each. @param from where they start; default: main as it is now. */
export function makeTasks(
  rig: Rig,
  tasks: Readonly<Record<string, CommitSpec['files']>>,
  from: string = rig.sha('main'),
): void {
  makeCommits(
    rig.root,
    Object.entries(tasks).map(([id, files]) => ({ parents: [from], files, ref: `refs/heads/${id}` })),
  );
}

/** Every task adds a file and edits nothing else: `code/<id>.txt`. */
export function makePlainTasks(rig: Rig, ids: readonly string[]): void {
  makeTasks(rig, Object.fromEntries(ids.map((id) => [id, { [codeOf(id)]: `${id}\n` }])));
}

export const codeOf = (id: string): string => `code/${id}.txt`;

const SECTIONS: readonly ChangelogSection[] = ['Fixed', 'Added', 'Changed'];
const sectionOf = (id: string): ChangelogSection => SECTIONS[Number(id.slice(2)) % 3] ?? 'Fixed';
export const bulletOf = (id: string): string => `- Landed ${id} (${id})`;

export const itemOf = (rig: Rig, id: string): ChainItem => ({
  id,
  tip: rig.sha(id),
  insert: (text) => insertChangelogLine(text, { section: sectionOf(id), line: bulletOf(id) }),
  message: `${id}: Task ${id}\n\nKanban-Move: ${id} TESTING -> CHANGELOG\n`,
});

export interface LandOptions {
  readonly step?: Step;
  /** What stands on the board in TESTING; default: what base has there. */
  readonly board?: readonly string[];
  /** Path of CHANGELOG.md; null: another tool writes it. */
  readonly changelog?: string | null;
  /** Default: the worktree that has base checked out now. */
  readonly checkout?: Worktree | null;
}

/** Builds the chain of these tasks on base as it is now. */
export function build(rig: Rig, ids: readonly string[], options: LandOptions = {}): Promise<Chain> {
  const board = options.board ?? entriesIn(rig.git('show', 'main:board/TESTING.md'));
  return buildChain(rig.repo, {
    base: rig.sha('main'),
    board: 'board',
    changelog: options.changelog === undefined ? 'CHANGELOG.md' : options.changelog,
    items: ids.map((id) => itemOf(rig, id)),
    boardFiles: (landed) =>
      new Map([['board/TESTING.md', Buffer.from(testingOf(board.filter((id) => !landed.includes(id))))]]),
  });
}

/** Builds the chain and lands it. */
export async function land(
  rig: Rig,
  ids: readonly string[],
  options: LandOptions = {},
): Promise<{ readonly chain: Chain & { readonly ok: true }; readonly landed: ChainLanded }> {
  const chain = await build(rig, ids, options);
  if (!chain.ok) throw new Error(chain.held);
  const checkout = checkoutOf(rig.repo, 'refs/heads/main');
  options.step?.('built');
  return { chain, landed: await landBuilt(rig, chain, { checkout, ...options }) };
}

export function landBuilt(
  rig: Rig,
  chain: Chain & { readonly ok: true },
  options: LandOptions = {},
): Promise<ChainLanded> {
  return landChain(
    rig.repo,
    {
      lock: UNCHECKED_LOCK,
      baseRef: 'refs/heads/main',
      oldBase: chain.landings[0]?.parent ?? '',
      landings: chain.landings,
      board: 'board',
      changelog: options.changelog === undefined ? 'CHANGELOG.md' : options.changelog,
      checkout: options.checkout === undefined ? checkoutOf(rig.repo, 'refs/heads/main') : options.checkout,
      extraRefs: [{ ref: 'refs/kanban/seen' }],
    },
    options.step,
  );
}

export const entriesIn = (testing: string): string[] =>
  [...testing.matchAll(/^## ([A-Z]+-\d+):/gm)].map((match) => match[1] ?? '');

/** The landings between two commits of base, oldest first. */
export const landingsSince = (rig: Rig, old: string): string[] =>
  rig.git('rev-list', '--first-parent', '--reverse', `${old}..main`).split('\n').filter(Boolean);

/** Four tasks, T-101 to T-104, that edit f0 (two of them), delete f4, and add files, one where a folder could be. */
export async function makeFourTasks(): Promise<Rig> {
  const rig = await makeChainRig(4);
  makeTasks(rig, {
    'T-101': { 'src/f0.txt': F0_FIRST, 'code/n1.txt': 'n1\n' },
    'T-102': { 'src/f4.txt': null, 'code/n2.txt': 'n2\n' },
    'T-103': { 'src/f0.txt': lines('f0').replace('line 15\n', 'landed too\n') },
    'T-104': { out: 'a file\n', 'src/f3.txt': { mode: '100755', data: lines('f3') } },
  });
  closeRepository(rig.repo);
  return rig;
}

const F0_FIRST = lines('f0').replace('line 3\n', 'landed\n');
/** src/f0.txt once all four have landed. */
export const F0_LANDED = F0_FIRST.replace('line 15\n', 'landed too\n');
