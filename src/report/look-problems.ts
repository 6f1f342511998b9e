import type { Problem } from '../problem.ts';

export const baseMissing = (base: string): Problem => ({
  code: 'base-missing',
  message: `there is no branch ${base}, which tasks start from and land on`,
  fix: `set base in WORKFLOW.md, or: git branch ${base}`,
});

/** @param near the id that was probably meant; null = none is near */
export const unknownId = (id: string, near: string | null): Problem => ({
  code: 'unknown-id',
  message: `${id} is not on the board and nothing of that name has landed`,
  fix: near === null ? 'kanban status --details lists what is on the board' : `kanban show ${near}`,
});
