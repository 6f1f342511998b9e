import { fromProblem, type Check } from '../../finding.ts';

export const repository: Check = {
  id: 'repository',
  title: 'this is a git repository with a checkout',
  why: 'The board, the worktrees and the history live in it.',
  run: ({ repository: problem }) => (problem === null ? [] : [fromProblem(problem, 'stops')]),
};
