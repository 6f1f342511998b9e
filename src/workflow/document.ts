import { allKeys, type KeyFacts } from './walk.ts';

/** The reference of all settings as markdown (docs/settings.md), from the schema that reads them. */
export function settingsDoc(): string {
  const keys = allKeys();
  const rows = keys.filter(({ group, written }) => !group || !isEmptyMap(written)).map(row);
  return `${INTRODUCTION}\n| key | is | default | |\n|---|---|---|---|\n${rows.join('\n')}\n${NOTES}`;
}

const INTRODUCTION = `# Settings

<!-- Made from src/workflow/schema.ts by \`settingsDoc()\`; edit it there. -->

Settings are the YAML front matter of \`WORKFLOW.md\`; the prose below it is the team's rules, which every agent is given.
Every key may be left out. A key without a value means its default. An unknown key is an error that names the
nearest known one. A file that changes while \`kanban run\` is active is read once it has not changed for 0.3 seconds (an empty one: two); if it
cannot be read, the last valid settings stay in effect and the error is shown.
`;

const NOTES = `
**Durations** are numbers with a unit: \`300ms\`, \`5s\`, \`15m\`, \`1h30m\`, \`2d\`; \`0\` needs none. **Environment**
(\`env\`) is a list of names that are passed on, a map of values that are set, or a list of both: \`[CI, {LEVEL: debug}]\`.
A number that must stay as it is written (\`1.10\`) goes in quotes. **Names** under \`agents\` are yours.

An agent of your own:

\`\`\`yaml
agents:
  mine:
    command: [my-agent, --headless]
    args: [--report, "{report}"]
    env: [MY_AGENT_KEY]
roles:
  task: { agent: mine }
\`\`\`
`;

function row({ path, expects, written, description }: KeyFacts): string {
  const value = written === undefined ? 'must be given' : `\`${asWritten(written)}\``;
  return `| \`${path}\` | ${cell(expects)} | ${cell(value)} | ${cell(description)} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const isEmptyMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** A default as people would write it in YAML. */
function asWritten(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asWritten).join(', ')}]`;
  if (typeof value === 'string') return /^[\w.][\w./-]*$/.test(value) ? value : `"${value}"`;
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}
