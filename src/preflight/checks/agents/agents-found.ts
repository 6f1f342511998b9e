import type { AgentFact } from '../../facts.ts';
import type { Check } from '../../finding.ts';

export const agentsFound: Check = {
  id: 'agents-found',
  title: 'the agents and their switches',
  why: 'So that you know what runs in your name, and with which rights.',
  run: ({ agents }) =>
    agents
      .filter(({ kind, found, roles }) => kind !== 'shell' && found !== null && roles.length > 0)
      .map((agent) => ({ level: 'info', message: describeAgent(agent) })),
};

function describeAgent({ name, program, version, args, roles, opens }: AgentFact): string {
  const head = `\`${name}\` (${roles.join(', ')})${version ? ` is ${version}` : ''}`;
  const rights = opens === null ? '' : `. ${opens}`;
  return `${head}, started as: ${[program, ...args].map(quoted).join(' ')}${rights}`;
}

const quoted = (arg: string): string => (/^[\w@%+=:,./{}-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
