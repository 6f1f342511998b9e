import { alike, drawAlike, type Problem } from '../problem.ts';
import { LEVEL_WORDS, type Finding, type Level } from './finding.ts';
import { NO_FINDINGS } from './messages.ts';

/** The findings as text, for people: those that stop first, each with its place underlined and how to fix it. */
export function drawFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return NO_FINDINGS;
  return alike(findings.map(asProblem), ({ level }) => level)
    .map(draw)
    .join('\n');
}

type Shown = Omit<Problem, 'holds'> & { readonly level: Level };

const asProblem = ({ level, check, code = check, message, fix, where }: Finding): Shown => ({
  ...{ level, code, message },
  ...(fix ? { fix } : {}),
  ...(where ? { where } : {}),
});

const draw = (group: readonly Shown[]): string =>
  `${LEVEL_WORDS[group[0]?.level ?? 'info'].padEnd(WIDTH)}  ${drawAlike(group)}`;

const WIDTH = Math.max(...Object.values(LEVEL_WORDS).map((word) => word.length)) + 1;
