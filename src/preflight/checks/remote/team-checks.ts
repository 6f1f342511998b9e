import type { Check } from '../../finding.ts';

export const teamChecks: Check = {
  id: 'team-checks',
  title: "the team's own checks pass",
  why: 'They stand under `preflight` in WORKFLOW.md.',
  run: ({ teamChecks: checks }) =>
    checks
      .filter(({ ok }) => !ok)
      .map(({ name, run, fix, said }) => ({
        level: 'stops',
        message: `${name}: \`${run}\` failed${said ? `: ${said}` : ''}.`,
        fix: fix === '' ? `mend it until this succeeds: ${run}` : fix,
      })),
};
