import { isAbsolute } from 'node:path';
import { McpServer, type CallToolResult } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { oneLine, reportText } from '../agents/report/report-text.ts';
import { TYPES } from '../agents/report/verdict.ts';
import { writeWhole } from '../system/write-once.ts';
import { untilClientLeaves } from '../mcp/client-leaves.ts';
import { ROLES, ROLE_TABLE, type Role, type Verdict } from '../workflow/roles.ts';
import type { Command } from './program/command.ts';
import { EXIT } from './program/exit-codes.ts';
import * as messages from './messages.ts';

/**
 * `kanban mcp-report`: an MCP server on stdio with the one tool `report`, which writes the report file that the prompt
 * names. Lives as long as its stdin.
 */
const run: Command = async ({ options }, { stderr }) => {
  const report = String(options['report']);
  const role = ROLES.find((name) => name === options['role']);
  if (role === undefined || !isAbsolute(report)) {
    stderr.write(`error: ${messages.reportOptions(ROLES)}\n`);
    return EXIT.usage;
  }
  const left = untilClientLeaves();
  serveStdio(() => serverFor(role, report));
  await left;
  return EXIT.done;
};
export default run;

/** Longer ones would be cut when they are recorded. */
const LONGEST_TEXT = 200_000;
const LONGEST_LINE = 500;

function serverFor(role: Role, path: string): McpServer {
  const server = new McpServer(
    { name: 'kanban', version: '1' },
    { instructions: 'The tool `report` ends your run: it records your verdict and your report.' },
  );
  server.registerTool(
    'report',
    {
      title: 'Report',
      description:
        'Records the report that ends your run, in place of the report file that your instructions ask for. Call it once, last, when everything is committed. A further call replaces what was recorded.',
      inputSchema: inputOf(role),
      // Codex refuses a tool without these when nobody is there to approve.
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    (input) => record(role, path, input),
  );
  return server;
}

function inputOf(role: Role) {
  const { verdicts, reportText: wanted, writesChangelog } = ROLE_TABLE[role];
  const common = z.object({
    verdict: z
      .enum(verdicts.map(({ word }) => word))
      .describe(verdicts.map(({ word, meaning }) => `${word}: ${meaning}`).join('; ')),
    text: z.string().describe(wanted),
  });
  return writesChangelog ? common.extend(changeLog) : common.extend({});
}

const changeLog = {
  type: z.enum(TYPES).optional().describe('Section of the change log, by Keep a Changelog.'),
  changelog: z
    .string()
    .optional()
    .describe("One line for the people who use this software: what changed for them, without the task's id."),
};

interface Input {
  readonly verdict: Verdict;
  readonly text: string;
  readonly type?: unknown;
  readonly changelog?: unknown;
}

function record(role: Role, path: string, { verdict, text, ...more }: Input): CallToolResult {
  const type = TYPES.find((known) => known === more.type) ?? null;
  const changelog = typeof more.changelog === 'string' ? oneLine(more.changelog) : '';
  if (text.trim() === '') return refused('`text` is empty: say what you did and found');
  if (text.length > LONGEST_TEXT) return refused(`\`text\` is longer than ${LONGEST_TEXT} characters`);
  if (changelog.length > LONGEST_LINE) return refused(`\`changelog\` is longer than ${LONGEST_LINE} characters`);
  try {
    writeWhole(path, reportText({ verdict, type, changelog, text }));
  } catch (error) {
    return refused(`the report file can't be written: ${(error as Error).message}`);
  }
  const kept = [
    `verdict ${verdict}`,
    ...(type === null ? [] : [`type ${type}`]),
    ...(changelog === '' ? [] : [`change log line "${changelog}"`]),
    `a text of ${text.trim().length} characters`,
  ];
  return { content: [{ type: 'text', text: `Recorded: ${kept.join(', ')}. Your run is over: end your turn now.` }] };
}

const refused = (why: string): CallToolResult => ({
  content: [{ type: 'text', text: `Nothing was recorded: ${why}. Fix that and call the tool again.` }],
  isError: true,
});
