import type { OptionSpec } from '../program/command.ts';

/** Options and arguments that several commands share. */
export const json: OptionSpec = { flags: '--json', short: 'j', summary: 'print JSON' };
export const why: OptionSpec = { flags: '--why <reason>', short: 'm', summary: 'the reason, for the history' };
export const resume: OptionSpec = { flags: '--resume', summary: 'do not pause it: it may be picked again at once' };
export const limit: OptionSpec = {
  flags: '--limit <count>',
  short: 'n',
  summary: 'number of lines to show',
  kind: 'count',
};
export const since: OptionSpec = {
  flags: '--since <time>',
  summary: 'only what is newer: 2h, 3d, yesterday, or a date such as 2026-11-20',
  kind: 'since',
};
/** What a command that changes something prints as JSON. */
export const answerKeys = [
  ['ok', 'whether it was carried out; false: exit code 2'],
  ['message', 'what was done, or why it was not'],
  ['id', 'the task id that it is about; null'],
  ['commit', 'the commit on base; null when there is none'],
  ['fix', 'how to fix it; may be absent'],
] as const;
export const id = { name: 'id', form: 'required', summary: 'task id, such as T-12' } as const;
export const maybeId = { ...id, form: 'optional' } as const;
export const PRIORITIES = ['P0', 'P1', 'P2', 'P3', 'P4'] as const;
