import type { Check } from '../../finding.ts';

export const room: Check = {
  id: 'room',
  title: 'what would start',
  why: 'Shows what the first tick will start.',
  run({ settings: { capacity }, runsAlive, next }) {
    const free = Math.max(0, capacity - runsAlive);
    const first =
      next.length > 0
        ? `; first: ${next.slice(0, 3).join(', ')}${next.length > 3 ? ` and ${next.length - 3} more` : ''}`
        : '; nothing is ready to start';
    return [{ level: 'info', message: `${free} of ${capacity} places in the pool are free${first}.` }];
  },
};
