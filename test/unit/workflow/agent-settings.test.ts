import { expect, it } from 'vitest';
import { agentSettings, configuredAgents, takesModel } from '../../../src/workflow/agent-settings.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';

const read = parseWorkflow(
  `---
agents: { mine: { command: [./mine.sh] }, fast: { command: [x, --model, "{model}"] } }
roles: { task: { agent: mine }, tester: { agent: codex } }
---
`,
  'WORKFLOW.md',
);
if (!read.ok) throw new Error(JSON.stringify(read.error));
const { settings } = read.value;

it('agents that are set up are those of the roles and those under `agents`', () => {
  expect(configuredAgents(settings).toSorted()).toEqual(['codex', 'fast', 'mine', 'shell']);
});

it('a program is given a model only where an argument has the placeholder', () => {
  const takes = ['mine', 'fast', 'codex'].map((name) => {
    const agent = agentSettings(settings, name);
    return agent !== null && takesModel(agent);
  });
  expect(takes).toEqual([false, true, true]);
});
