import { shellPath } from '../../../shell-word.ts';
import type { Check } from '../../finding.ts';

export const agentCommitted: Check = {
  id: 'agent-committed',
  title: 'the scripts of agents are committed',
  why: 'A path in the repository is looked up in the worktree of an entry, which has what is committed.',
  // Info only: `.worktreeinclude` or a hook may bring the file.
  run: ({ agents, settings: { base } }) =>
    agents
      .filter(({ uncommitted }) => uncommitted)
      .map(({ name, program }) => ({
        level: 'info',
        message: `The agent \`${name}\` is started as \`${program}\`, which is not committed on \`${base}\`: worktrees do not have it.`,
        fix: `git add --chmod=+x ${shellPath(program)} && git commit -m "…", or name it by an absolute path`,
      })),
};
