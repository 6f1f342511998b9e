import { agentNames } from '../../../workflow/agent-settings.ts';
import { fromProblem, type Check } from '../../finding.ts';

export const containment: Check = {
  id: 'containment',
  title: 'the processes of runs can be contained as the settings ask',
  why: 'With `contain: bwrap`, no run may leave processes behind.',
  run: ({ containment: problem, settings }) =>
    problem === null ? [] : [{ ...fromProblem(problem, 'holds'), holds: { agents: agentNames(settings) } }],
};
