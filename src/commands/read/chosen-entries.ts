import { WITHOUT_COORDINATOR } from '../../coordinator/observe/observation.ts';
import { Observer } from '../../coordinator/observe/observer.ts';
import type { Repository } from '../../git/git.ts';
import { namedId } from '../../pipeline/named-id.ts';
import { failed, ok, type Problem, type Result } from '../../problem.ts';
import { abandonedId, unknownId } from '../../report/look-problems.ts';
import * as messages from '../messages.ts';

export interface ChosenEntries {
  /** Task ids as the board has them. */
  readonly ids: ReadonlySet<string>;
  /** What the user should know: ids that have landed. */
  readonly notes: readonly string[];
}

/**
 * The entries that `kanban run` is to be limited to, by the ids that were typed. Problems: every id that names nothing
 * (`unknown-id`) or an abandoned entry (`abandoned`). Where the board cannot be read, the ids are taken as typed.
 */
export async function chosenEntries(repo: Repository, typed: readonly string[]): Promise<Result<ChosenEntries>> {
  const looked = await new Observer(repo).observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
  if (!looked.ok) return ok({ ids: new Set(typed), notes: [] });
  const ids = new Set<string>();
  const notes: string[] = [];
  const problems: Problem[] = [];
  for (const one of typed) {
    const named = namedId(looked.value.world, one);
    if (named.kind === 'board') ids.add(named.id);
    else if (named.kind === 'landed') notes.push(messages.hasLanded(named.id));
    else if (named.kind === 'abandoned') problems.push(abandonedId(named.id));
    else problems.push(unknownId(one, named.near));
  }
  return problems.length > 0 ? failed(problems) : ok({ ids, notes });
}
