import type { Check } from '../../finding.ts';

export const pullRebase: Check = {
  id: 'pull-rebase',
  title: 'a pull keeps landings whole',
  why: 'A rebase drops merge commits, and the records of landings with them.',
  run({ pullRebase: rebases, unpushed }) {
    if (!rebases || unpushed === 0) return [];
    const message = `\`git pull\` would rebase ${unpushed} commit${unpushed > 1 ? 's' : ''} that ${unpushed > 1 ? 'are' : 'is'} not pushed, and drop the landings' merges.`;
    return [{ level: 'info', message, fix: 'git pull --no-rebase, or: git config pull.rebase merges' }];
  },
};
