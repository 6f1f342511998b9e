import type { Check } from '../../finding.ts';

export const envWithheld: Check = {
  id: 'env-withheld',
  title: 'the variables that commands need reach the runs',
  why: 'A run gets an allow-list of the environment, for an agent hands all of it to its model.',
  run({ withheld }) {
    if (withheld.length === 0) return [];
    const names = withheld.slice(0, 12);
    const more = withheld.length > names.length ? ` and ${withheld.length - names.length} more` : '';
    return [
      {
        level: 'info',
        message: `Set here, look needed, and are withheld from runs: ${names.join(', ')}${more}.`,
        fix: `env: [${names.join(', ')}] in WORKFLOW.md passes them on (agents then see their values)`,
      },
    ];
  },
};
