import { expect, it } from 'vitest';
import { agentsDoc } from '../../../src/agents/document.ts';

it('docs/agent-switches.md is what the adapters say (npm run docs writes it)', async () => {
  await expect(agentsDoc()).toMatchFileSnapshot('../../../docs/agent-switches.md');
});
