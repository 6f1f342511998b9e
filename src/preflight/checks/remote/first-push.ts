import type { Check } from '../../finding.ts';

const SHOWN = 5;

export const firstPush: Check = {
  id: 'first-push',
  asked: 'before-push',
  title: 'the first push publishes only landings',
  why: 'The first landing would also push what you committed on base and have not pushed.',
  run({ remoteAnswer: answer, settings: { base, remote: name, push } }) {
    const foreign = answer?.foreign ?? [];
    if (!push || name === null || foreign.length === 0) return [];
    const shown = foreign
      .slice(0, SHOWN)
      .map(({ sha, subject, author }) => `${sha.slice(0, 10)} ${subject} (${author})`);
    const more = foreign.length > SHOWN ? ` and ${foreign.length - SHOWN} more` : '';
    const count = foreign.length === 1 ? 'a commit' : `${foreign.length} commits`;
    const message = `The first push would also publish ${count} on ${base} that ${name} lacks: ${shown.join(', ')}${more}.`;
    const fix = `git push ${name} ${base}    # to publish them; kanban then continues by itself`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
