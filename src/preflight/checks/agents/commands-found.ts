import type { Check } from '../../finding.ts';

export const commandsFound: Check = {
  id: 'commands-found',
  title: 'the programs of hooks, roles and checks are installed',
  why: 'A hook, run or check whose program is missing always fails, through no fault of an entry.',
  run: ({ missingCommands }) =>
    missingCommands.map(({ setting, program, needed }) => ({
      level: needed ? 'stops' : 'info',
      message: `${setting} starts \`${program}\`, which is not on the PATH of runs.`,
      fix: `install ${program}, or change ${setting} in WORKFLOW.md; \`env: { PATH: … }\` sets the PATH of runs`,
    })),
};
