import { drawProblem } from '../problem.ts';
import { unreachable } from '../unreachable.ts';
import type { Finding, Level } from './finding.ts';
import { NO_FINDINGS } from './messages.ts';

/** The findings as text, for people: those that stop first, each with its place underlined and how to fix it. */
export function drawFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return NO_FINDINGS;
  return findings.map(draw).join('\n');
}

function draw({ level, check, message, fix, where }: Finding): string {
  const text = drawProblem({ code: check, message, ...(fix ? { fix } : {}), ...(where ? { where } : {}) });
  return `${levelLabel(level)}  ${text}`;
}

function levelLabel(level: Level): string {
  switch (level) {
    case 'stops':
      return 'stops ';
    case 'holds':
      return 'holds ';
    case 'fixed':
      return 'fixed ';
    case 'info':
      return 'note  ';
    default:
      return unreachable(level);
  }
}
