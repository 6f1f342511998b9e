import type { Check } from '../../finding.ts';

export const remoteDeclined: Check = {
  id: 'remote-declined',
  asked: 'before-push',
  title: 'the remote takes what is pushed',
  why: 'What the server does not want must not stand on base here either.',
  run({ remoteAnswer: heard, settings: { base, remote: name, push } }) {
    if (!push || name === null || heard?.declined == null) return [];
    const message = `${name} declined the push of ${base}: ${heard.declined.replace(/[.\s]+$/, '')}.`;
    const fix = `allow it there, then: kanban resume. Where ${base} is protected: kanban init --base agents, and a pull request from that branch`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
