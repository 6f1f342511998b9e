import type { Check } from '../../finding.ts';
import { suggestedSetting } from '../../suggested-setting.ts';

export const testerRun: Check = {
  id: 'tester-run',
  title: 'the tester tests something',
  why: 'The shell tester without a command only proves that base merges cleanly.',
  run({ settings: { roles, agents, tests }, suggestions }) {
    if (agents[roles.tester.agent]?.kind !== 'shell' || roles.tester.run.trim() !== '') return [];
    if (Object.keys(tests).length > 0) return [];
    const message = 'The tester has no command: it only proves that base merges cleanly.';
    const fix = suggestedSetting('roles: { tester: { run: … } }', suggestions.test);
    return [
      { level: 'info', message, fix: fix ?? 'set `roles: { tester: { run: … } }` in WORKFLOW.md to your test command' },
    ];
  },
};
