import type { Check } from '../../finding.ts';

export const agentMissing: Check = {
  id: 'agent-missing',
  title: 'the agents are installed',
  why: 'A role whose program is missing cannot run.',
  run: ({ agents }) =>
    agents
      .filter(({ kind, found }) => kind !== 'shell' && found === null)
      .map(({ name, program, roles }) => ({
        level: 'holds',
        message: `The agent \`${name}\` cannot start: \`${program}\` was not found${roles.length > 0 ? ` (roles: ${roles.join(', ')})` : ' (used only by entries that name it)'}.`,
        fix: `install ${program} (docs/agents.md), or change \`agents.${name}.command\` in WORKFLOW.md`,
        holds: { agents: [name] },
      })),
};
