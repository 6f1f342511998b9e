import type { Check } from '../../finding.ts';

const SHOWN = 5;

export const firstPush: Check = {
  id: 'first-push',
  asked: 'before-push',
  title: "the first push publishes nobody else's work",
  why: 'What the user has committed on base and not pushed would go out with the first landing.',
  run({ remoteAnswer: heard, settings: { base, remote: name, push } }) {
    const foreign = heard?.foreign ?? [];
    if (!push || name === null || foreign.length === 0) return [];
    const shown = foreign
      .slice(0, SHOWN)
      .map(({ sha, subject, author }) => `${sha.slice(0, 10)} ${subject} (${author})`);
    const more = foreign.length > SHOWN ? ` and ${foreign.length - SHOWN} more` : '';
    const count = foreign.length === 1 ? 'a commit' : `${foreign.length} commits`;
    const message = `The first push would publish ${count} on ${base} that ${name} lacks: ${shown.join(', ')}${more}.`;
    const fix = `git push ${name} ${base}    # if they are to be published; it continues by itself then`;
    return [{ level: 'holds', message, fix, holds: { landings: true } }];
  },
};
