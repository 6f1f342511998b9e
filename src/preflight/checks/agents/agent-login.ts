import type { AgentFact } from '../../facts.ts';
import type { Check, Found } from '../../finding.ts';

export const agentLogin: Check = {
  id: 'agent-login',
  title: 'the agents have a login or a key',
  why: 'Without one, every run ends before it has begun.',
  run: ({ agents }) => agents.filter(({ found, roles }) => found !== null && roles.length > 0).flatMap(aboutLogin),
};

/** Told only: a login may be kept where it can't be seen (a keychain, a helper program, a provider without keys). */
function aboutLogin({ name, login, loginHint, unnamedKeys }: AgentFact): Found[] {
  if (login !== 'nothing') return [];
  const [key] = unnamedKeys;
  if (key === undefined)
    return [{ level: 'info', message: `No login or key of \`${name}\` is to be seen.`, fix: loginHint }];
  return [
    {
      level: 'info',
      message: `${key} is set, but not passed to \`${name}\`, and no login of it is to be seen.`,
      fix: `name it: agents: { ${name}: { env: [${key}] } } (a key is billed, also beside a subscription)`,
    },
  ];
}
