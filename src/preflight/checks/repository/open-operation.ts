import type { Check } from '../../finding.ts';

export const openOperation: Check = {
  id: 'open-operation',
  title: 'no merge or rebase of base is open',
  why: 'kanban does not move base while you merge or rebase it.',
  run({ operation, settings }) {
    if (operation === null) return [];
    const { kind, where } = operation;
    const end = kind === 'bisect' ? 'git bisect reset' : `git ${kind} --continue, or git ${kind} --abort`;
    return [{ level: 'stops', message: `A ${kind} of \`${settings.base}\` is open in ${where}.`, fix: end }];
  },
};
