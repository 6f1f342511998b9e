import type { Check } from '../../finding.ts';

export const signing: Check = {
  id: 'signing',
  title: 'it is clear who signs commits',
  why: 'The key may need you, and you may be away when an agent commits.',
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
