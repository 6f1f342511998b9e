import type { Check } from '../../finding.ts';

export const remoteDeclined: Check = {
  id: 'remote-declined',
  asked: 'before-push',
  title: 'the remote accepts pushes',
  why: 'Base must not hold commits that the server refuses.',
  run({ remoteAnswer: answer, settings: { base, remote: name, push } }) {
    if (!push || name === null || answer?.declined == null) return [];
    const message = `${name} declined the push of ${base}: ${answer.declined.replace(/[.\s]+$/, '')}.`;
    const fix = `allow it there, then: kanban resume. Where ${base} is protected: kanban init --base agents, and a pull request from that branch`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
