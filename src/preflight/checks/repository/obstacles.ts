import { type Check, fromProblem } from '../../finding.ts';

export const obstacles: Check = {
  id: 'obstacles',
  title: 'nothing is in the way of branches and worktrees',
  why: 'kanban never changes a branch or a folder that you made.',
  run: ({ obstacles: problems }) => problems.map((problem) => fromProblem(problem, 'holds')),
};
