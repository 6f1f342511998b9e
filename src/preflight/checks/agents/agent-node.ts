import type { Check } from '../../finding.ts';
import { isOlder } from '../../version.ts';

export const agentNode: Check = {
  id: 'agent-node',
  title: 'the agents run on this Node',
  why: 'npm installs the newest version that runs on the Node that is there, without a word about newer ones.',
  run: ({ agents, node }) =>
    agents
      .filter(
        ({ found, roles, needsNode }) =>
          found !== null && roles.length > 0 && needsNode !== null && isOlder(node, needsNode),
      )
      .map(({ name, needsNode, version }) => ({
        level: 'info',
        message: `\`${name}\` needs Node ${needsNode} in its newest versions, and this is ${node}: what npm installed may be an old one${version === null ? '' : ` (${version})`}.`,
        fix: `install Node ${needsNode} or newer, then the agent again`,
      })),
};
