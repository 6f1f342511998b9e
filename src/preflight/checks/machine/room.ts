import { firstOf } from '../../../first-of.ts';
import type { Check } from '../../finding.ts';

export const room: Check = {
  id: 'room',
  title: 'what would start',
  why: 'Shows what the first tick will start.',
  run({ settings: { capacity }, runsAlive, next }) {
    const free = Math.max(0, capacity - runsAlive);
    const first = next.length > 0 ? `; first: ${firstOf(next, 3)}` : '; nothing is ready to start';
    return [{ level: 'info', message: `${free} of ${capacity} places in the pool are free${first}.` }];
  },
};
