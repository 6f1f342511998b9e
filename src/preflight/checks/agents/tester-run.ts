import type { Check } from '../../finding.ts';

export const testerRun: Check = {
  id: 'tester-run',
  title: 'the tester tests something',
  why: 'The shell tester without a command only proves that base merges cleanly.',
  run({ settings: { roles, agents } }) {
    if (agents[roles.tester.agent]?.kind !== 'shell' || roles.tester.run.trim() !== '') return [];
    const message = 'The tester has no command: it only proves that base merges cleanly.';
    return [{ level: 'info', message, fix: 'set `roles: { tester: { run: "npm test" } }` in WORKFLOW.md' }];
  },
};
