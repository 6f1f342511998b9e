import type { Check } from '../../finding.ts';

export const base: Check = {
  id: 'base',
  title: 'base exists',
  why: 'Tasks start from it and land on it.',
  run({ git, repository, hasCommits, baseExists, baseCandidates, baseAliasOf, settings }) {
    if (baseAliasOf !== null) {
      const message = `\`${settings.base}\` is an alias of \`${baseAliasOf}\` (git symbolic-ref): a landing would part them.`;
      const fix = `set \`base: ${baseAliasOf}\` in WORKFLOW.md, or make it a branch: git update-ref --no-deref refs/heads/${settings.base} ${settings.base}`;
      return [{ level: 'stops', message, fix }];
    }
    if (git === null || repository !== null || !hasCommits || baseExists) return [];
    const remote = baseCandidates.find((name) => name.endsWith(`/${settings.base}`));
    const other = baseCandidates.filter((name) => name !== remote).slice(0, 5);
    const fix = remote
      ? `git branch ${settings.base} ${remote}`
      : `git branch ${settings.base}, or set \`base\` in WORKFLOW.md${other.length > 0 ? ` (branches: ${other.join(', ')})` : ''}`;
    return [{ level: 'stops', message: `There is no branch \`${settings.base}\`.`, fix }];
  },
};
