import { agentSettings } from '../workflow/agent-settings.ts';
import type { Inject } from '../contract/brief.ts';
import type { Adapter, Cli } from './agent.ts';
import { commandLine } from './command-line.ts';
import { ADAPTERS } from './adapters.ts';
import { shownWord } from '../shell-word.ts';

/** The part of docs/agents.md that is made from the adapters: what each CLI is, which switches it is given, and what they open up. */
export function agentsDoc(): string {
  const known = ADAPTERS.flatMap((adapter) => (adapter.cli === null ? [] : [{ adapter, cli: adapter.cli }]));
  const rows = known.map(
    ({ adapter: { name, capabilities }, cli }) =>
      `| \`${name}\` | ${cli.title} | ${RESUMES[capabilities.resume]} | ${INJECT_TEXT[capabilities.inject]} | ${capabilities.mcp ? 'yes' : 'no'} | ${cli.node ?? 'its own'} | ${cli.measured.join(', ')} |`,
  );
  return [
    '# Agents: what each is given',
    '',
    '<!-- Made from src/agents/ by `agentsDoc()`; edit it there (npm run docs writes this file). How agents are set up, messaged, paused and counted: agents.md. -->',
    '',
    '| kind | program | continues with its session | hears a message | `report` tool | Node | measured with |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    ...known.flatMap(({ adapter, cli }) => section(adapter, cli)),
  ].join('\n');
}

const RESUMES = { always: 'always', 'after-end': 'after a run that ended by itself', never: 'no' } as const;

const INJECT_TEXT: Readonly<Record<Inject, string>> = {
  live: 'at once',
  resume: 'by ending the run and resuming it',
  restart: 'by beginning the run again',
  none: 'no',
};

function section(adapter: Adapter, cli: Cli): string[] {
  const { narrow, full } = cli.permissions;
  const forms =
    narrow === null
      ? [['only form', full, 'full'] as const]
      : [['narrow', narrow, 'narrow'] as const, ['full', full, 'full'] as const];
  return [
    `## ${adapter.name}: ${cli.title}`,
    '',
    ...(cli.npm === null ? [] : [`- Install: \`npm i -g ${cli.npm}\``]),
    `- Login: ${cli.login}`,
    `- Keys, passed on only if \`agents.${adapter.name}.env\` names them: ${list(cli.keys)}`,
    `- Its own settings, passed on without being named: ${list(cli.passes)}`,
    '',
    ...forms.flatMap(([form, opens, permissions]) => [
      `**${form}**: ${opens}`,
      '',
      '```sh',
      commandFor(adapter, permissions),
      '```',
      '',
    ]),
  ];
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(' ');

/** As it is started, with `tools: [npm]`; what differs from run to run stands in braces. */
function commandFor(adapter: Adapter, permissions: 'narrow' | 'full'): string {
  const settings = agentSettings({ agents: {} }, adapter.name);
  if (settings === null) return '';
  return commandLine(adapter, { ...settings, permissions, tools: ['npm'] }, false)
    .map(shownWord)
    .join(' ');
}
