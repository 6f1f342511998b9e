import type { Check } from '../../finding.ts';

/** merge-tree --write-tree and the worktree commands that we rely on. */
const LEAST = [2, 39] as const;

export const gitVersion: Check = {
  id: 'git-version',
  title: 'git is 2.39 or newer',
  why: 'Landings are built by git merge-tree --write-tree, which older ones lack.',
  run({ git }) {
    const fix = 'install git 2.39 or newer: https://git-scm.com/downloads';
    if (git === null) return [{ level: 'stops', message: "git can't be run.", fix }];
    const [major = 0, minor = 0] = git.split('.').map(Number);
    const old = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
    return old ? [{ level: 'stops', message: `git is ${git}, and 2.39 or newer is needed.`, fix }] : [];
  },
};
