import type { CommandSpec } from './command.ts';
import { ABOUT, COMMANDS, EXIT_CODES, WHEN_STUCK } from '../table.ts';

/** The reference of all commands as markdown (docs/commands.md), from the table that parses them. */
export function commandsDoc(): string {
  const groups = [...new Set(COMMANDS.map(({ group }) => group))];
  const parts = groups.flatMap((group) => [
    `## ${group}`,
    ...COMMANDS.filter((spec) => spec.group === group).map(section),
  ]);
  return `${[INTRODUCTION, overview(), ...parts, exits(), LEVELS, stuck()].join('\n\n')}\n`;
}

const LEVELS = `## What a problem stops

\`kanban check\`, \`preflight\`, \`status\`, \`doctor\` and \`run\` use the same words for a problem:

| word | meaning | \`kanban check\` | \`kanban preflight\` | \`kanban run\` |
|---|---|---|---|---|
| \`stops\` | nothing starts or moves until it is fixed | 3 | 3 | waits for the fix; with \`--until-done\` 3, or 2 where settings or board cannot be read |
| \`holds\` | the entries, the agent or the landings that it names wait; all else continues | 3 | 0 | continues; with \`--until-done\` 4 at the end |
| \`fixed\` | kanban has fixed it | | 0 | continues |
| \`note\` | good to know; it holds nothing | 0 | 0 | continues |

The numbers are exit codes. \`check\` judges what you wrote, so each problem of the text fails it, as a compiler would. \`preflight\` answers
whether work can start, so what holds a single entry does not fail it.`;

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
    (arg) =>
      ({
        required: `<${arg.name}>`,
        optional: `[${arg.name}]`,
        'any-number': `[${arg.name}...]`,
        words: `<${arg.name}>`,
      })[arg.form],
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
