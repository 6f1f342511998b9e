import type { Check } from '../../finding.ts';
import { suggestedSetting } from '../../suggested-setting.ts';

const WITHOUT_LOCK_FILE =
  'commit the lock file, then set `hooks: { after_create: "npm ci" }` in WORKFLOW.md (or pnpm install --frozen-lockfile, yarn install --immutable)';

export const workspaces: Check = {
  id: 'workspaces',
  title: 'workspaces are installed in each worktree',
  why: 'A worktree inside the repository would find the packages of your checkout, and tests would pass on the wrong code.',
  run({ workspaces: file, settings, suggestions }) {
    if (file === null || settings.hooks.after_create.trim() !== '') return [];
    const message = `${file} declares workspaces, but \`hooks.after_create\` is empty: in a worktree, packages would resolve to your checkout.`;
    const fix = suggestedSetting('hooks: { after_create: … }', suggestions.install);
    return [{ level: 'stops', message, fix: fix ?? WITHOUT_LOCK_FILE }];
  },
};
