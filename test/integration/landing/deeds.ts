import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { checkoutOf } from '../../../src/git/checkout.ts';
import type { Repository } from '../../../src/git/git.ts';
import { readBlob } from '../../../src/git/objects/objects.ts';
import { insertChangelogLine } from '../../../src/landing/changelog/changelog.ts';
import { readDisk } from '../../../src/landing/disk-file.ts';
import {
  buildChain,
  landChain,
  type ChainItem,
  type ChainLanded,
  type ChainLanding,
} from '../../../src/landing/chain.ts';
import { commitMove, type Move, type MoveFile, type Step } from '../../../src/landing/move.ts';
import { join } from 'node:path';
import { EMPTY_TESTING, type Rig } from './rig.ts';

export const MOVED_TODO = '# TODO\n\n## T-2: Second\n';
export const MOVED_IN_PROGRESS = '# IN_PROGRESS\n\n## T-1: First\n\nDo it.\n';

/** T-1 from TODO to IN_PROGRESS, as the coordinator asks for it. */
export async function moveOf(rig: Rig, change: Partial<Move> = {}): Promise<Move> {
  const oldBase = rig.sha('main');
  const file = async (path: string, to: string): Promise<MoveFile> => ({
    path,
    from: readDisk(join(rig.root, path)),
    committed: await readBlob(rig.repo, oldBase, path),
    to: Buffer.from(to),
  });
  const files = [await file('board/TODO.md', MOVED_TODO), await file('board/IN_PROGRESS.md', MOVED_IN_PROGRESS)];
  const checkout = checkoutOf(rig.repo, 'refs/heads/main');
  const message = 'kanban: T-1 TODO → IN_PROGRESS\n\nKanban-Move: T-1 TODO -> IN_PROGRESS\n';
  return {
    lock: UNCHECKED_LOCK,
    baseRef: 'refs/heads/main',
    oldBase,
    extraRefs: [{ ref: 'refs/kanban/seen' }],
    checkout,
    files,
    message,
    ...change,
  };
}

/** One landing, from the chain that is built for it to the audit. */
export type Landing = Omit<ChainLanding, 'landings'> &
  ChainItem & { readonly boardFiles: ReadonlyMap<string, Uint8Array> };

export function landingOf(rig: Rig, change: Partial<Landing> = {}): Landing {
  return {
    lock: UNCHECKED_LOCK,
    baseRef: 'refs/heads/main',
    oldBase: rig.sha('main'),
    tip: rig.sha('T-9'),
    id: 'T-9',
    board: 'board',
    boardFiles: new Map([['board/TESTING.md', Buffer.from(EMPTY_TESTING)]]),
    changelog: 'CHANGELOG.md',
    insert: (text) => insertChangelogLine(text, { section: 'Fixed', line: 'Landed (T-9)' }),
    message: 'T-9: Ready to land\n\nKanban-Move: T-9 TESTING -> CHANGELOG\n',
    checkout: checkoutOf(rig.repo, 'refs/heads/main'),
    extraRefs: [{ ref: 'refs/kanban/seen' }],
    ...change,
  };
}

/** A chain of one. */
export async function landOne(
  repo: Repository,
  landing: Landing,
  step: Step = () => {},
): Promise<ChainLanded | { readonly ok: false; readonly conflict: readonly string[] }> {
  const { oldBase: base, board, changelog, boardFiles } = landing;
  const chain = await buildChain(repo, { base, board, changelog, items: [landing], boardFiles: () => boardFiles });
  if (!chain.ok) return chain;
  const [left] = chain.left;
  if (left) return { ok: false, conflict: left.conflict };
  step('built');
  return landChain(repo, { ...landing, landings: chain.landings }, step);
}

export { commitMove };
