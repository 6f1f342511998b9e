import { ROLES } from '../../workflow/roles.ts';
import type { Adapter } from '../agent.ts';

/**
 * The embedded agent: no key, no network. As task agent the entry's `sh` block, as reviewer what a program can check
 * and the role's `run`, as tester base merged in and the role's `run`. The runner plays it itself; exit codes of the
 * block and of `run` become verdicts, so there is nothing to read here.
 */
export const shell: Adapter = {
  name: 'shell',
  canFix: false,
  shownCommand: 'none',
  cli: null,
  capabilities: {
    resume: 'never',
    names: false,
    inject: 'none',
    mcp: false,
    roles: ROLES,
  },
  plan: (run) => ({
    command: null,
    shell: {
      script: run.role === 'task' ? run.script : null,
      check: run.role === 'reviewer' ? { files: run.files } : null,
      // A fix may be for a conflict with base: the script then runs on the merged tree.
      mergeBase: run.role === 'tester' || run.purpose === 'mend',
      run: run.role === 'task' ? '' : run.roleRun,
      ...(run.role === 'tester' && (run.tests ?? []).length > 0 ? { tests: run.tests } : {}),
    },
    env: {},
  }),
  startConversation: null,
  outcome: () => ({ kind: 'ended' }),
};
