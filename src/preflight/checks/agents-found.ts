import type { Check } from '../finding.ts';

export const agentsFound: Check = {
  id: 'agents-found',
  title: 'the agents and their switches',
  why: 'So that you know what runs in your name, and with which rights.',
  run: ({ agents }) =>
    agents
      .filter(({ kind, found, roles }) => kind !== 'shell' && found !== null && roles.length > 0)
      .map(({ name, program, version, args, roles }) => ({
        level: 'told',
        message: `\`${name}\` (${roles.join(', ')})${version ? ` is ${version}` : ''}, started as: ${[program, ...args].map(quoted).join(' ')}`,
      })),
};

const quoted = (arg: string): string => (/^[\w@%+=:,./{}-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
