import type { Check } from '../../finding.ts';

export const agentNode: Check = {
  id: 'agent-node',
  title: 'the agents run on this Node',
  why: 'npm installs the newest version that runs on the Node that is there, without a word about newer ones.',
  run: ({ agents, node }) =>
    agents
      .filter(({ found, roles, needsNode }) => found !== null && roles.length > 0 && isOlder(node, needsNode))
      .map(({ name, needsNode, version }) => ({
        level: 'info',
        message: `\`${name}\` needs Node ${needsNode} in its newest versions, and this is ${node}: what npm installed may be an old one${version === null ? '' : ` (${version})`}.`,
        fix: `install Node ${needsNode} or newer, then the agent again`,
      })),
};

function isOlder(node: string, needed: string | null): boolean {
  if (needed === null) return false;
  const [a, b] = [node, needed].map((version) => version.split('.').map(Number));
  for (let n = 0; n < 3; n += 1) {
    const difference = (a?.[n] ?? 0) - (b?.[n] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
