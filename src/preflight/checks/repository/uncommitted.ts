import type { Check } from '../../finding.ts';

export const uncommitted: Check = {
  id: 'uncommitted',
  title: 'tracked files are committed',
  why: "Agents start from base's commit: they don't see what is only on your disk.",
  run({ uncommitted: files, inWork }) {
    if (files.length === 0) return [];
    const names = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '');
    const message = `Not committed, so agents don't see it: ${names}.`;
    return [{ level: inWork === 0 ? 'stops' : 'info', message, fix: 'git commit -a, or git stash' }];
  },
};
