import type { Problem } from '../problem.ts';

export const baseMissing = (base: string): Problem => ({
  code: 'base-missing',
  message: `there is no branch ${base}, which tasks start from and land on`,
  fix: `set base in WORKFLOW.md, or: git branch ${base}`,
});

/** It is known, and not on the board. */
export const landedId = (id: string): Problem => ({
  code: 'has-landed',
  message: `${id} has landed`,
  fix: `kanban show ${id}`,
});

export const abandonedId = (id: string): Problem => ({
  code: 'abandoned',
  message: `${id} was abandoned`,
  fix: `write its entry into TODO.md to have it done after all; kanban show ${id}`,
});

/** @param near the id that was probably meant; null = none is near */
export const unknownId = (id: string, near: string | null): Problem => ({
  code: 'unknown-id',
  message: `${id} is not on the board and nothing of that name has landed`,
  fix: near === null ? 'kanban status --details lists what is on the board' : `kanban show ${near}`,
});
