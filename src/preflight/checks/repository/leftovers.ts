import type { Check } from '../../finding.ts';

export const leftovers: Check = {
  id: 'leftovers',
  title: 'nothing is left over from earlier runs',
  why: 'Locks of dead processes and leftovers of earlier runs are removed without asking.',
  run: ({ fixed }) => fixed.map((message) => ({ level: 'fixed', message })),
};
