import type { Repository } from './git.ts';
import { closeObjects } from './objects/objects.ts';
import { closeRefs } from './refs.ts';

/** Ends the git processes that stay for this repository. Any later call starts them again. */
export function closeRepository(repo: Repository): void {
  closeObjects(repo);
  closeRefs(repo);
}
