import type { NotifyTarget } from '../settings.ts';

export const MUST_NAME_A_VARIABLE =
  'must name an environment variable, `$NAME`: WORKFLOW.md is committed, and its value may be a secret';

export const MUST_BE_A_MEGABYTE = 'must be at least `1MB`';

export const targetNeeds = (at: string, key: string, { to }: NotifyTarget): string =>
  `\`${at}\` (${to}) needs \`${key}\`.`;
export const WRITE_COMMAND = 'write `run: "<command>"`, or `to: slack`, `ntfy` or `json`';
export const WRITE_URL = 'write `url: $NAME`, and set NAME in the environment of `kanban run`';

export const targetIgnores = (at: string, key: string, { to }: NotifyTarget): string =>
  `\`${at}.${key}\` has no effect with \`to: ${to}\`.`;
export const keyIsFor = (key: string, targets: readonly string[]): string =>
  `remove it; \`${key}\` is for ${targets.map((to) => `\`to: ${to}\``).join(', ')}`;

export const alertNeeds = (name: string, key: string): string => `The alert \`${name}\` needs \`${key}\`.`;
export const writeAlert = (name: string, key: string): string => `write \`{ when: ${name}, ${key}: 20 }\``;
export const alertIgnores = (name: string, key: string): string => `\`${key}\` has no effect on the alert \`${name}\`.`;
export const alertTakes = (name: string, key: string): string => `remove it; \`${name}\` takes \`${key}\``;
