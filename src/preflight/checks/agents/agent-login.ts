import type { AgentFact } from '../../facts.ts';
import type { Check, Found } from '../../finding.ts';

export const agentLogin: Check = {
  id: 'agent-login',
  title: 'the agents have a login or a key',
  why: 'Without one, every run fails at its start.',
  run: ({ agents }) => agents.filter(({ found, roles }) => found !== null && roles.length > 0).flatMap(aboutLogin),
};

/** Info only: a login may be kept where kanban cannot look (a keychain, a helper program, a provider without keys). */
function aboutLogin({ name, login, loginHint, unnamedKeys }: AgentFact): Found[] {
  if (login !== 'nothing') return [];
  const [key] = unnamedKeys;
  if (key === undefined)
    return [{ level: 'info', message: `No login or API key was found for \`${name}\`.`, fix: loginHint }];
  return [
    {
      level: 'info',
      message: `${key} is set but is not passed to \`${name}\`, and no login was found for it.`,
      fix: `pass it on with agents: { ${name}: { env: [${key}] } } (a key is billed, also beside a subscription)`,
    },
  ];
}
