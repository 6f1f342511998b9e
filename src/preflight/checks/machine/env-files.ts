import type { Check } from '../../finding.ts';

export const envFiles: Check = {
  id: 'env-files',
  title: 'ignored files that tests need are copied',
  why: 'A new worktree holds only what git tracks.',
  run({ ignoredEnvFiles, hasWorktreeInclude }) {
    if (ignoredEnvFiles.length === 0 || hasWorktreeInclude) return [];
    const names = ignoredEnvFiles.slice(0, 5).join(', ');
    const fix = `list the files to copy in .worktreeinclude: echo '${ignoredEnvFiles[0]}' >> .worktreeinclude`;
    return [
      {
        level: 'info',
        message: `Worktrees will lack ${names}: git ignores ${ignoredEnvFiles.length > 1 ? 'them' : 'it'}.`,
        fix,
      },
    ];
  },
};
