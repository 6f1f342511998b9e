import type { CommandSpec } from './command.ts';
import { ABOUT, COMMANDS, EXIT_CODES, WHEN_STUCK } from '../table.ts';

/** The reference of all commands as markdown (docs/commands.md), from the table that parses them. */
export function commandsDoc(): string {
  const groups = [...new Set(COMMANDS.map(({ group }) => group))];
  const parts = groups.flatMap((group) => [
    `## ${group}`,
    ...COMMANDS.filter((spec) => spec.group === group).map(section),
  ]);
  return `${[INTRODUCTION, overview(), ...parts, exits(), stuck()].join('\n\n')}\n`;
}

const INTRODUCTION = `# Commands

<!-- Made from src/commands/table.ts by \`commandsDoc()\`; edit it there. -->

${ABOUT} Plain \`kanban\` is \`kanban status\`. \`-C <folder>\`, before or after the command, runs it as if started in
that folder. Results go to stdout, problems to stderr. Colour only on a terminal; \`NO_COLOR\` and \`FORCE_COLOR\` are
heeded. All times in JSON are milliseconds since 1970; keys are only ever added.`;

const overview = (): string =>
  [
    '| command | |',
    '|---|---|',
    ...COMMANDS.map((spec) => `| [\`${usage(spec)}\`](#kanban-${spec.name}) | ${cell(spec.summary)} |`),
  ].join('\n');

function usage({ name, args }: CommandSpec): string {
  const terms = args.map(
    (arg) => ({ required: `<${arg.name}>`, optional: `[${arg.name}]`, 'any-number': `[${arg.name}...]` })[arg.form],
  );
  return ['kanban', name, ...terms].join(' ');
}

function section(spec: CommandSpec): string {
  const options = [
    ...spec.args.map(({ name, summary }) => [name, summary] as const),
    ...spec.options
      .filter(({ hidden }) => hidden !== true)
      .map(
        ({ flags, short, summary, required }) =>
          [
            short === undefined ? flags : `-${short}, ${flags}`,
            required ? `${summary} (must be given)` : summary,
          ] as const,
      ),
  ];
  const parts = [
    `### kanban ${spec.name}`,
    `${spec.summary}.`,
    options.length === 0
      ? ''
      : ['| | |', '|---|---|', ...options.map(([left, right]) => `| \`${cell(left)}\` | ${cell(right)} |`)].join('\n'),
    ['```sh', ...aligned(spec.examples), '```'].join('\n'),
    spec.json === undefined
      ? ''
      : [
          '`--json`:',
          '',
          '| key | |',
          '|---|---|',
          ...spec.json.map(([key, meaning]) => `| \`${key}\` | ${cell(meaning)} |`),
        ].join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const exits = (): string =>
  [
    '## Exit codes',
    '',
    '| code | |',
    '|---|---|',
    ...EXIT_CODES.map(([code, meaning]) => `| ${code} | ${meaning} |`),
  ].join('\n');

const stuck = (): string => ['## When stuck', '', '```sh', ...aligned(WHEN_STUCK), '```'].join('\n');

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => (right === '' ? left : `${left.padEnd(width)}    # ${right}`));
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
