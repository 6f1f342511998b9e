import type { Check } from '../../finding.ts';

export const notifyVariables: Check = {
  id: 'notify-variables',
  title: 'the variables that `notify` names are set',
  why: 'Addresses and keys of notifications are read from the environment of `kanban run`.',
  run: ({ unsetVariables }) =>
    unsetVariables.map(({ setting, name }) => ({
      level: 'info',
      message: `${setting} names $${name}, which is not set: nothing can be sent there.`,
      fix: `set ${name} in the environment of \`kanban run\``,
    })),
};
