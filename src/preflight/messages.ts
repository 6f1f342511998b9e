export const NO_FINDINGS = 'No problems found.';
export const setTo = (setting: string, from: string): string => `set \`${setting}\` in WORKFLOW.md (by ${from})`;
/** @param get how to get the program; null: unknown */
export const installThen = (program: string, get: string | null, then: string): string =>
  `install ${program}${get === null ? '' : ` (${get})`}, then ${then}`;
