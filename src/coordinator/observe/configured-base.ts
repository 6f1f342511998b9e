import { localConfig } from '../../git/config/config.ts';
import type { Repository } from '../../git/git.ts';

/** Variable of the repository's own git config in which `kanban init --base` notes the integration branch. */
export const BASE_NOTED = 'kanban.base';

/**
 * The branch that was noted: the main checkout has no WORKFLOW.md that would name it. null = none; it may be gone
 * since. No process.
 */
export const notedBase = (repo: Pick<Repository, 'commonDir'>): string | null => localConfig(repo, BASE_NOTED);
