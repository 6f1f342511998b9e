import type { Check } from '../../finding.ts';

export const head: Check = {
  id: 'head',
  title: 'base is checked out',
  why: "The board is read from the worktree that has base checked out, or else from base's tip.",
  run({ repository, hasCommits, baseExists, head: branch, baseCheckout, settings, operation }) {
    if (repository !== null || !hasCommits || !baseExists || baseCheckout !== null || operation !== null) return [];
    const where = branch === null ? 'HEAD is detached' : `\`${branch}\` is checked out`;
    const message = `${where}: the board is read from the tip of \`${settings.base}\`, and edits here are ignored.`;
    // An integration branch has a worktree of its own: the user's checkout stays where it is.
    const fix = settings.upstream === null ? `git switch ${settings.base}` : `kanban init --base ${settings.base}`;
    return [{ level: 'info', message, fix }];
  },
};
