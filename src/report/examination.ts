import type { Examination, ShownAgent } from '../doctor/examine.ts';
import type { Leftover } from '../doctor/leftovers.ts';
import type { Probe } from '../doctor/probe.ts';
import { drawFindings } from '../preflight/draw.ts';
import { modelsText } from '../preflight/models-text.ts';
import { isOlder } from '../preflight/version.ts';
import { plain, plainLines } from './plain.ts';

/** `kanban doctor` as text. */
export function renderExamination(examination: Examination): string {
  const { findings, containment, agents, probes, unprobed, leftovers, fixed } = examination;
  const parts = [drawFindings(findings)];
  parts.push(
    [
      'agents:',
      ...(agents.length === 0
        ? ['  none that kanban knows is installed (docs/agents.md); the agent shell runs the sh block of an entry']
        : agents.map(agentLine)),
    ].join('\n'),
  );
  const proved = [...probes.flatMap(probeLines), ...unprobed.map(unprobedLine)];
  if (proved.length > 0) parts.push(['proved:', ...proved].join('\n'));
  parts.push(`containment: ${containment}`);
  if (fixed.length > 0) parts.push(['fixed:', ...fixed.map((line) => `  ${line}`)].join('\n'));
  if (leftovers.length > 0) parts.push(['kept and left over:', ...leftovers.map(leftoverLine)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function agentLine(agent: ShownAgent): string {
  const { name, program, found, version, roles, models, permissions } = agent;
  if (found === null) return `  ${name}: \`${program}\` was not found${plays(roles)}`;
  const parts = [
    version ?? 'version unknown',
    measuredWith(agent),
    loginOf(agent),
    `permissions ${permissions}`,
    modelsText(models),
  ].filter(Boolean);
  return `  ${name}: ${plain(parts.join(' · '))}${plays(roles)}`;
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

const unprobedLine = (name: string): string =>
  `  ${name}: nothing to prove, and nothing was started: it runs the sh blocks of entries and the commands of the settings, and asks no provider`;

function leftoverLine({ kind, name, what, size, hint }: Leftover): string {
  const kept = size === null ? '' : `, ${inUnits(size)}`;
  return `  ${kind} ${name}: ${what}${kept}\n      ${hint}`;
}

const inUnits = (kib: number): string => (kib >= 1024 ? `${(kib / 1024).toFixed(1)} MiB` : `${kib} KiB`);
