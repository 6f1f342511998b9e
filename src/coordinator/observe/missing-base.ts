import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import type { Problem } from '../../problem.ts';
import { baseMissing } from '../../report/look-problems.ts';
import { notedBase } from './configured-base.ts';

/** Why there is no board to read: the branch that the settings name is missing, or nothing is set up yet. */
export const missingBase = (repo: Repository, base: string): Problem =>
  baseMissing(base, existsSync(join(repo.root, 'WORKFLOW.md')) || notedBase(repo) !== null);
