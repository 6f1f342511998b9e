import { fromProblem, type Check } from '../../finding.ts';

export const settings: Check = {
  id: 'settings',
  title: 'WORKFLOW.md can be read',
  why: 'Settings that are read only in part could do something unwanted.',
  run: ({ settingsProblems }) => settingsProblems.map((problem) => fromProblem(problem, 'stops')),
};
