import { fromProblem, type Check } from '../../finding.ts';

export const prompts: Check = {
  id: 'prompts',
  title: 'the prompts can be read',
  why: 'An unknown variable would leave a gap in the prompt.',
  run: ({ promptProblems }) => promptProblems.map((problem) => fromProblem(problem, 'stops')),
};
