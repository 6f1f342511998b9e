import type { Check } from '../../finding.ts';

export const remote: Check = {
  id: 'remote',
  title: 'the remote exists, and base is one branch there',
  why: 'Landings are pushed to it.',
  run({ remote: known, settings }) {
    const { base, remote: name, push, upstream } = settings;
    if (known === null || name === null) return [];
    const holds = push ? ({ level: 'holds', holds: { landings: true } } as const) : ({ level: 'info' } as const);
    if (!known.exists) {
      const fix = `git remote add ${name} <address>, or name another one in WORKFLOW.md (\`remote\`)`;
      return [{ ...holds, message: `There is no remote \`${name}\` in this repository.`, fix }];
    }
    const { tracks } = known;
    // A branch that was made from the remote's main follows that until it is set otherwise: with `upstream` it is reported.
    if (!push || tracks === null || tracks.remote !== name || tracks.branch === base) return [];
    if (upstream === tracks.branch || upstream === `${name}/${tracks.branch}`) return [];
    const message = `\`${base}\` follows ${name}/${tracks.branch}, and landings are pushed to ${name}/${base}: one of the two must change.`;
    const fix = `git branch --unset-upstream ${base}, or \`upstream: ${tracks.branch}\` in WORKFLOW.md`;
    return [{ ...holds, message, fix }];
  },
};
