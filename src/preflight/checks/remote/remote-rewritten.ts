import type { Check } from '../../finding.ts';

export const remoteRewritten: Check = {
  id: 'remote-rewritten',
  asked: 'before-push',
  title: 'the remote still has what was pushed',
  why: 'The next push would bring back what somebody took out there.',
  run({ remoteAnswer: heard, settings: { base, remote: name, push } }) {
    if (!push || name === null || heard?.lost == null) return [];
    const message = `${name}/${base} no longer has ${heard.lost.slice(0, 10)}, which was pushed from here: somebody has rewritten it.`;
    const fix = `git push ${name} ${base}    # puts it back; or take it out of ${base} here too`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
