import { fromProblem, levelOf, type Check } from '../../finding.ts';

export const board: Check = {
  id: 'board',
  title: 'the board can be read',
  why: 'A problem in one entry holds that entry; a problem with the whole file would hide entries.',
  run: ({ boardProblems }) => boardProblems.map((problem) => fromProblem(problem, levelOf(problem))),
};
