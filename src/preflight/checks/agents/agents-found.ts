import type { AgentFact } from '../../facts.ts';
import type { Check } from '../../finding.ts';
import { modelsText } from '../../models-text.ts';
import { shownWord } from '../../../shell-word.ts';

export const agentsFound: Check = {
  id: 'agents-found',
  title: 'the agents and their switches',
  why: 'Shows what runs in your name, and with which rights.',
  run: ({ agents }) =>
    agents
      .filter(({ kind, found, roles }) => kind !== 'shell' && found !== null && roles.length > 0)
      .map((agent) => ({ level: 'info', message: describeAgent(agent) })),
};

function describeAgent({ name, program, version, args, roles, models, opens }: AgentFact): string {
  const head = `\`${name}\` (${roles.join(', ')})${version ? ` is ${version}` : ''}`;
  const model = modelsText(models);
  const rights = opens === null ? '' : `. ${opens}`;
  return `${head}, started as: ${[program, ...args].map(shownWord).join(' ')}${model === '' ? '' : `; ${model}`}${rights}`;
}
