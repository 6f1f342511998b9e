import { ROLE_TABLE, type Role } from '../../workflow/roles.ts';

const verdictLines = (role: Role): string =>
  ROLE_TABLE[role].verdicts.map(({ word }) => `\`verdict: ${word}\``).join(' or ');

export const EMPTY = 'the report is empty';
export const noVerdict = (role: Role): string =>
  `the report has no verdict: its front matter must say ${verdictLines(role)}`;
export const unknownVerdict = (verdict: string, role: Role): string =>
  `the report's verdict "${verdict}" is not one that a ${role} can give: ${verdictLines(role)}`;
export const ONLY_YAML = 'only YAML front matter is read';
