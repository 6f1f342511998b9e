import type { Check } from '../../finding.ts';
import { shellPath } from '../../../shell-word.ts';

export const ignoredFolders: Check = {
  id: 'ignored-folders',
  title: 'git ignores the folders of kanban',
  why: 'Logs and worktrees do not belong in commits.',
  run({ notIgnored }) {
    if (notIgnored.length === 0) return [];
    const lines = notIgnored.map((folder) => `echo ${shellPath(folder)} >> .gitignore`).join(' && ');
    return [
      {
        level: 'info',
        message: `git does not ignore ${notIgnored.join(' and ')}: \`git add -A\` would add ${notIgnored.length > 1 ? 'them' : 'it'}.`,
        fix: lines,
      },
    ];
  },
};
