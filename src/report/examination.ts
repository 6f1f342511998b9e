import type { Examination, ShownAgent } from '../doctor/examine.ts';
import type { Leftover } from '../doctor/leftovers.ts';
import type { Probe } from '../doctor/probe.ts';
import { drawFindings } from '../preflight/draw.ts';
import { isOlder } from '../preflight/version.ts';
import { plain, plainLines } from './plain.ts';

/** `kanban doctor` as text. */
export function renderExamination(examination: Examination): string {
  const { findings, containment, agents, probes, leftovers, fixed } = examination;
  const parts = [drawFindings(findings)];
  parts.push(
    ['agents:', ...(agents.length === 0 ? ['  none that we know is installed'] : agents.map(agentLine))].join('\n'),
  );
  if (probes.length > 0) parts.push(['proved:', ...probes.flatMap(probeLines)].join('\n'));
  parts.push(`containment: ${containment}`);
  if (fixed.length > 0) parts.push(['fixed:', ...fixed.map((line) => `  ${line}`)].join('\n'));
  if (leftovers.length > 0) parts.push(['kept and left over:', ...leftovers.map(leftoverLine)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function agentLine(agent: ShownAgent): string {
  const { name, program, found, version, roles, permissions } = agent;
  if (found === null) return `  ${name}: \`${program}\` was not found${plays(roles)}`;
  const words = [
    version ?? 'version unknown',
    measuredWith(agent),
    loginOf(agent),
    `permissions ${permissions}`,
  ].filter(Boolean);
  return `  ${name}: ${plain(words.join(' · '))}${plays(roles)}`;
}

/** `measured with 2.1.328, 2.1.332: this one is newer` */
function measuredWith({ version, measured }: ShownAgent): string {
  const [oldest] = measured;
  const newest = measured.at(-1);
  if (oldest === undefined || newest === undefined) return '';
  const found = /\d+(?:\.\d+)+/.exec(version ?? '')?.[0];
  const head = `measured with ${measured.join(', ')}`;
  if (found === undefined || measured.includes(found)) return head;
  if (isOlder(newest, found)) return `${head}: this one is newer`;
  return isOlder(found, oldest) ? `${head}: this one is older` : `${head}: this one is another`;
}

const plays = (roles: readonly string[]): string => (roles.length === 0 ? '' : ` · roles: ${roles.join(', ')}`);

function loginOf({ login, unnamedKeys }: ShownAgent): string {
  switch (login) {
    case 'login':
      return 'logged in';
    case 'key':
      return 'has a key';
    case 'nothing':
      return unnamedKeys.length > 0
        ? `no login to be seen; ${unnamedKeys[0]} is set, but not passed on`
        : 'no login to be seen';
    default:
      return '';
  }
}

function probeLines({ agent, ok, seconds, what, tail }: Probe): string[] {
  const head = `  ${agent}: ${ok ? 'works unattended' : 'does NOT work'} (${seconds}s): ${plain(what)}`;
  return [
    head,
    ...(ok || tail === ''
      ? []
      : plainLines(tail)
          .slice(-8)
          .map((line) => `      ${line}`)),
  ];
}

function leftoverLine({ kind, name, what, size, hint }: Leftover): string {
  const kept = size === null ? '' : `, ${inUnits(size)}`;
  return `  ${kind} ${name}: ${what}${kept}\n      ${hint}`;
}

const inUnits = (kib: number): string => (kib >= 1024 ? `${(kib / 1024).toFixed(1)} MiB` : `${kib} KiB`);
