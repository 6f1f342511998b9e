import type { Check } from '../../finding.ts';

export const commandsFound: Check = {
  id: 'commands-found',
  title: 'the programs of hooks, roles and checks are there',
  why: 'A hook, run or check whose program is missing can only fail, and no entry is to blame.',
  run: ({ missingCommands }) =>
    missingCommands.map(({ setting, program, needed }) => ({
      level: needed ? 'stops' : 'info',
      message: `${setting} starts \`${program}\`, and no program of that name is on the PATH that runs get.`,
      fix: `install ${program}, or change ${setting} in WORKFLOW.md; a PATH of its own goes into \`env: { PATH: … }\``,
    })),
};
