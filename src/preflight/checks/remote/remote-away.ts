import type { Check } from '../../finding.ts';

export const remoteAway: Check = {
  id: 'remote-away',
  asked: 'before-push',
  title: 'the remote answers',
  why: 'A landing is pushed before base moves here; everything else continues without the remote.',
  run({ remote, remoteAnswer: answer, settings: { remote: name, push, upstream } }) {
    if (answer?.away == null || name === null || remote?.exists === false) return [];
    const fix = `git fetch ${name}    # must work without a prompt; kanban retries by itself`;
    const message = `${answer.away.replace(/[.\s]+$/, '')}.`;
    if (push) return [{ level: 'holds', message, fix, holds: { landings: true } }];
    return upstream === null ? [] : [{ level: 'info', message, fix }];
  },
};
