import { nearestId } from '../board/nearest.ts';
import type { Problem } from '../problem.ts';

/** @param isSetUp there is a WORKFLOW.md, or a branch was noted by `kanban init --base` */
export const baseMissing = (base: string, isSetUp: boolean): Problem =>
  isSetUp
    ? {
        code: 'base-missing',
        message: `there is no branch ${base}, which tasks start from and land on`,
        fix: `name an existing branch as \`base\` in WORKFLOW.md, or create it: git branch ${base}`,
      }
    : { code: 'not-set-up', message: 'kanban is not set up in this repository', fix: 'kanban init' };

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

/** @param ids that are on the board: the nearest one is named */
export const unknownAmong = (id: string, ids: readonly string[]): Problem => unknownId(id, nearestId(id, ids));

/** @param near the id that was probably meant; null = none is near */
export const unknownId = (id: string, near: string | null): Problem => ({
  code: 'unknown-id',
  message: `${id} is not on the board and nothing of that name has landed`,
  fix: near === null ? 'kanban status --details lists what is on the board' : `kanban show ${near}`,
});
