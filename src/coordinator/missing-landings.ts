import { type Repository } from '../git/git.ts';
import { readHistory } from '../git/trailers.ts';
import { contains } from './git-view.ts';

/**
 * Landings that base contained when the coordinator moved it last (`refs/kanban/seen`) and that it doesn't contain now:
 * somebody rewrote base. Those whose id has landed again since are left out.
 */
export async function missingLandings(repo: Repository, seen: string, base: string): Promise<{ readonly id: string; readonly sha: string }[]> {
  if (seen === base || (await contains(repo, base, seen))) return [];
  const [lost, now] = await Promise.all([readHistory(repo, base, seen), readHistory(repo, seen, base)]);
  const again = new Set(now.flatMap(landedIn));
  return lost.flatMap((commit) => landedIn(commit).map((id) => ({ id, sha: commit.sha }))).filter(({ id }) => !again.has(id));
}

const landedIn = ({ trailers }: { readonly trailers: readonly { readonly key: string; readonly value: string }[] }): string[] =>
  trailers.flatMap(({ key, value }) => (key === 'Kanban-Move' && value.endsWith('-> CHANGELOG') ? [value.split(' ')[0] ?? ''] : []));
