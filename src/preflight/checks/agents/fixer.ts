import type { Check } from '../../finding.ts';
import type { Role } from '../../../workflow/roles.ts';

export const fixer: Check = {
  id: 'fixer',
  title: 'the fixer can fix what fails',
  why: 'An agent that runs scripts repeats the script: a failed test stays failed, and the entry comes back to you.',
  run({ agents, settings: { roles } }) {
    const agentOf = (role: string) => agents.find((agent) => agent.roles.some((own) => own === role));
    const named = agentOf(roles.tester.fix);
    if (agentOf('tester')?.canFix !== false || named?.canFix !== false) return [];
    // Where no role has an agent that can, there is nothing to choose from.
    const able = agents.find(({ canFix, roles: own }) => canFix && own.length > 0)?.roles[0];
    return able === undefined ? [] : [found(roles.tester.fix, named.name, able)];
  },
};

const found = (role: string, agent: string, able: Role) =>
  ({
    level: 'info',
    message: `\`roles.tester.fix: ${role}\` names the agent ${agent}, which cannot fix failed tests.`,
    fix: `set \`roles: { tester: { fix: ${able} } }\` in WORKFLOW.md`,
  }) as const;
