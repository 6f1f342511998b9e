import type { Examination, Leftover } from '../coordinator/doctor-look.ts';
import { drawFindings } from '../preflight/draw.ts';

/** `kanban doctor` as text. */
export function renderExamination({ findings, containment, leftovers, fixed }: Examination): string {
  const parts = [drawFindings(findings), `containment: ${containment}`];
  if (fixed.length > 0) parts.push(['mended:', ...fixed.map((line) => `  ${line}`)].join('\n'));
  if (leftovers.length > 0) parts.push(['kept and left over:', ...leftovers.map(line)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function line({ kind, name, what, size, hint }: Leftover): string {
  const kept = size === null ? '' : `, ${inUnits(size)}`;
  return `  ${kind} ${name}: ${what}${kept}\n      ${hint}`;
}

const inUnits = (kib: number): string => (kib >= 1024 ? `${(kib / 1024).toFixed(1)} MiB` : `${kib} KiB`);
