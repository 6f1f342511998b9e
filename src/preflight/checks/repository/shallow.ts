import type { Check } from '../../finding.ts';

export const shallow: Check = {
  id: 'shallow',
  title: 'the whole history is here',
  why: "What has landed is read from base's history.",
  run({ shallow: cut }) {
    if (!cut) return [];
    const message = 'This clone is shallow: older landings are known only by their CHANGELOG line.';
    return [{ level: 'info', message, fix: 'git fetch --unshallow' }];
  },
};
