import { expect, it } from 'vitest';
import { agentsDoc } from '../../../src/agents/document.ts';
import { ADAPTERS } from '../../../src/agents/adapters.ts';

it('docs/agent-switches.md is what the adapters say (npm run docs writes it)', async () => {
  await expect(agentsDoc()).toMatchFileSnapshot('../../../docs/agent-switches.md');
});

it('every CLI says in whole sentences what its switches open up and how one logs in', () => {
  for (const { name, cli } of ADAPTERS)
    if (cli !== null)
      for (const words of [
        cli.permissions.full,
        cli.login,
        ...(cli.permissions.narrow === null ? [] : [cli.permissions.narrow]),
      ])
        expect(words, name).toMatch(/^\S.*\S$/s);
});
