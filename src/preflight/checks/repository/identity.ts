import type { Check } from '../../finding.ts';

export const identity: Check = {
  id: 'identity',
  title: 'git knows who you are',
  why: 'Moves and landings are committed in your name.',
  run({ git, repository, identity: known }) {
    if (git === null || repository !== null || known.ok) return [];
    const fix = 'git config --global user.name "Your Name" && git config --global user.email you@example.com';
    return [
      { level: 'stops', message: `git does not know who you are${known.reported ? ` (${known.reported})` : ''}.`, fix },
    ];
  },
};
