import type { Check } from '../../finding.ts';

export const signing: Check = {
  id: 'signing',
  title: 'who signs is known',
  why: 'The key may need the user, who is not there when an agent commits.',
  run: ({ signs }) =>
    signs
      ? [
          {
            level: 'info',
            message: 'commit.gpgsign is set: kanban signs its own commits; those of agents are not signed.',
          },
        ]
      : [],
};
