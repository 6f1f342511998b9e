import type { Check } from '../../finding.ts';

export const ignoredFolders: Check = {
  id: 'ignored-folders',
  title: 'git ignores the folders of kanban',
  why: "Logs and worktrees don't belong into commits.",
  run({ notIgnored }) {
    if (notIgnored.length === 0) return [];
    const lines = notIgnored.map((folder) => `echo '${folder}' >> .gitignore`).join(' && ');
    return [
      {
        level: 'info',
        message: `git doesn't ignore ${notIgnored.join(' and ')}: \`git add -A\` would take it in.`,
        fix: lines,
      },
    ];
  },
};
