import type { Check } from '../../finding.ts';

export const workspaces: Check = {
  id: 'workspaces',
  title: 'workspaces are installed in each worktree',
  why: 'A worktree inside the repository would find the packages of your checkout, and tests would pass on the wrong code.',
  run({ workspaces: file, settings }) {
    if (file === null || settings.hooks.after_create.trim() !== '') return [];
    const message = `${file} declares workspaces, but \`hooks.after_create\` is empty: in a worktree, packages would resolve to your checkout.`;
    return [
      {
        level: 'stops',
        message,
        fix: 'set `hooks: { after_create: npm ci }` in WORKFLOW.md (or pnpm install --frozen-lockfile, yarn install --immutable)',
      },
    ];
  },
};
