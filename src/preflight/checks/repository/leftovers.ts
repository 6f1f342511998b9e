import type { Check } from '../../finding.ts';

export const leftovers: Check = {
  id: 'leftovers',
  title: 'nothing is left of earlier runs',
  why: 'Locks of dead holders and leftovers of our own runs are cleared away without being asked.',
  run: ({ fixed }) => fixed.map((message) => ({ level: 'fixed', message })),
};
