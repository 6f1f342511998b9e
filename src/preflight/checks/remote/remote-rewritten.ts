import type { Check } from '../../finding.ts';

export const remoteRewritten: Check = {
  id: 'remote-rewritten',
  asked: 'before-push',
  title: 'the remote still has what was pushed',
  why: 'The next push would restore commits that were removed there.',
  run({ remoteAnswer: answer, settings: { base, remote: name, push } }) {
    if (!push || name === null || answer?.lost == null) return [];
    const message = `${name}/${base} no longer has ${answer.lost.slice(0, 10)}, which was pushed from here: its history was rewritten.`;
    const fix = `git push ${name} ${base}    # restores it; or remove it from ${base} here too`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
