import type { Entry } from '../../board/entry.ts';
import { estimateOf } from '../../board/estimate.ts';
import { readCommit } from '../../git/objects/objects.ts';
import type { Candidate, Trailer } from '../../pipeline/action.ts';
import { readUsage, sumUsage, usageText } from '../../contract/usage.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import { parseDuration } from '../../workflow/duration.ts';
import type { Observer } from '../observe/observer.ts';

/** @param taken trailers of the tester's result, where the landing records it */
export async function landingTrailers(
  { id, tip }: Candidate,
  { entry }: EntryFacts,
  observer: Observer,
  taken: readonly Trailer[],
): Promise<Trailer[]> {
  const agents = agentsOf(id, observer.history.history.agents.get(id) ?? '', taken);
  return [
    { name: 'Kanban-Move', value: `${id} TESTING -> CHANGELOG` },
    ...(entry.reviewed === null ? [] : [{ name: 'Kanban-Reviewed', value: `${id} ${entry.reviewed}` } as const]),
    { name: 'Kanban-Tested', value: `${id} ${tip}` },
    ...(agents === '' ? [] : [{ name: 'Kanban-Agent', value: `${id} ${agents}` } as const]),
    ...usageTrailers(id, observer, taken),
    ...estimateTrailers(id, entry),
    ...(await changedAfterReview(id, entry.reviewed, tip, observer)),
  ];
}

/** Who worked on it, `task=claude reviewer=codex`, with the tester whose result this landing takes in. */
function agentsOf(id: string, known: string, taken: readonly Trailer[]): string {
  const last = taken.find(({ name }) => name === 'Kanban-Agent')?.value.slice(id.length + 1) ?? '';
  const role = last.slice(0, last.indexOf('=') + 1);
  const others = known.split(' ').filter((pair) => pair !== '' && (role === '' || !pair.startsWith(role)));
  return [...others, ...(last === '' ? [] : [last])].join(' ');
}

/** What all its runs used, those among them whose results this landing takes in. */
function usageTrailers(id: string, observer: Observer, taken: readonly Trailer[]): Trailer[] {
  const now = taken.filter(({ name }) => name === 'Kanban-Usage');
  const read = now.map(({ value }) => readUsage(value.split(' ').slice(2)));
  const all = [...(observer.history.history.used.get(id) ?? []).map(({ usage }) => usage), ...read];
  if (all.length === 0) return [];
  const untold = all.filter((usage) => usage === null).length;
  const total = `runs=${all.length} ${usageText(sumUsage(all))}${untold === 0 || untold === all.length ? '' : ` untold=${untold}`}`;
  return [...now, { name: 'Kanban-Usage', value: `${id} total ${total}` }];
}

/** Its estimate in seconds, where it is a time: metrics compare it with the time that the entry took. */
export function estimateTrailers(id: string, entry: Entry): Trailer[] {
  const estimate = parseDuration(estimateOf(entry) ?? '', MAX_ESTIMATE_MS);
  return estimate === null ? [] : [{ name: 'Kanban-Estimate', value: `${id} ${Math.round(estimate / 1000)}s` }];
}

const MAX_ESTIMATE_MS = 10 * 365 * 24 * 3_600_000;

/** How far back the branch is walked from the tested commit to the reviewed one. */
const MAX_REVIEW_WALK = 100;

/** What was committed on the branch between the review and the test is named, so that nothing lands unseen. */
async function changedAfterReview(
  id: string,
  reviewed: string | null,
  tip: string,
  observer: Observer,
): Promise<Trailer[]> {
  const changed: string[] = [];
  for (
    let sha: string | undefined = tip, steps = 0;
    sha !== undefined && sha !== reviewed && reviewed !== null && steps < MAX_REVIEW_WALK;
    steps += 1
  ) {
    const commit = await readCommit(observer.repo, sha);
    if (commit?.parents.length === 1) changed.push(sha);
    sha = commit?.parents[0];
  }
  return changed.slice(0, 10).map((sha) => ({ name: 'Kanban-Changed-After-Review', value: `${id} ${sha}` }));
}
