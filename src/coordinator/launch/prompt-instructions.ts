import type { Adapter } from '../../agents/agent.ts';

/**
 * What an agent is given to read: the role's prompt, and, where its CLI is given our MCP server, the nicer way to
 * report. Said here and not in `prompts/`, which belong to the team and don't know the CLI.
 */
export function briefing(prompt: string, { capabilities }: Pick<Adapter, 'capabilities'>): string {
  return capabilities.mcp ? `${prompt.trimEnd()}\n\n${BY_TOOL}\n` : prompt;
}

const BY_TOOL = `Instead of writing that file you may call the \`report\` tool of the MCP server \`kanban\`, once, as the last thing you
do (search for it if it is not loaded): it writes the same file. If it can't be had, or fails, write the file.`;
