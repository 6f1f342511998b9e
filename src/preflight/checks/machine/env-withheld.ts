import type { Check } from '../../finding.ts';

export const envWithheld: Check = {
  id: 'env-withheld',
  title: 'the variables that commands need reach the runs',
  why: 'Runs get only an allow-list of the environment, because an agent may send what it sees to its model.',
  run({ withheld }) {
    if (withheld.length === 0) return [];
    const names = withheld.slice(0, 12);
    const more = withheld.length > names.length ? ` and ${withheld.length - names.length} more` : '';
    return [
      {
        level: 'info',
        message: `Variables that commands may need are withheld from runs: ${names.join(', ')}${more}.`,
        fix: `env: [${names.join(', ')}] in WORKFLOW.md passes them on (agents then see their values)`,
      },
    ];
  },
};
