import type { Check } from '../../finding.ts';

export const teamChecks: Check = {
  id: 'team-checks',
  title: "the team's own checks pass",
  why: 'They stand under `preflight` in WORKFLOW.md.',
  run: ({ teamChecks: checks }) =>
    checks
      .filter(({ ok }) => !ok)
      .map(({ name, run, fix, output }) => ({
        level: 'stops',
        message: `${name}: \`${run}\` failed${output ? `: ${output}` : ''}.`,
        fix: fix === '' ? `fix it until this succeeds: ${run}` : fix,
      })),
};
