import type { Check } from '../../finding.ts';
import { isOlder } from '../../version.ts';

export const agentNode: Check = {
  id: 'agent-node',
  title: 'the agents run on this Node',
  why: 'npm silently installs the newest version that supports the Node it finds.',
  run: ({ agents, node }) =>
    agents
      .filter(
        ({ found, roles, needsNode }) =>
          found !== null && roles.length > 0 && needsNode !== null && isOlder(node, needsNode),
      )
      .map(({ name, needsNode, version }) => ({
        level: 'info',
        message: `The newest versions of \`${name}\` need Node ${needsNode}, and this is ${node}: npm may have installed an old one${version === null ? '' : ` (${version})`}.`,
        fix: `install Node ${needsNode} or newer, then install the agent again`,
      })),
};
