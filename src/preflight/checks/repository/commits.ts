import type { Check } from '../../finding.ts';

export const commits: Check = {
  id: 'commits',
  title: 'there is a commit',
  why: 'A task branch starts from a commit of base.',
  run({ git, repository, hasCommits }) {
    if (git === null || repository !== null || hasCommits) return [];
    return [
      {
        level: 'stops',
        message: 'The repository has no commit yet.',
        fix: 'commit what belongs to the project: git add <files> && git commit -m "Start"',
      },
    ];
  },
};
