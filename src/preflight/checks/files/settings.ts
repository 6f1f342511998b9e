import { fromProblem, type Check } from '../../finding.ts';

export const settings: Check = {
  id: 'settings',
  title: 'WORKFLOW.md can be read',
  why: 'Half-read settings would do something that nobody asked for.',
  run: ({ settingsProblems }) => settingsProblems.map((problem) => fromProblem(problem, 'stops')),
};
