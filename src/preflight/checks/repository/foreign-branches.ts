import type { Check } from '../../finding.ts';

export const foreignBranches: Check = {
  id: 'foreign-branches',
  title: 'the branches of tasks are ours',
  why: 'A branch that the user made is never touched.',
  run: ({ foreignBranches: branches }) =>
    branches.map(({ id, branch }) => ({
      level: 'holds',
      message: `${id} waits: a branch \`${branch}\` exists that kanban did not create.`,
      fix: `git branch -m ${branch} ${branch}-mine, or give the entry another id`,
      holds: { entries: [id] },
    })),
};
