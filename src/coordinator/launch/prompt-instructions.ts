import type { Adapter } from '../../agents/agent.ts';
import * as messages from './messages.ts';

/**
 * What an agent is given to read: the role's prompt, and, where its CLI is given our MCP server, the nicer way to
 * report. It stands here and not in `prompts/`, which belong to the team and don't know the CLI.
 */
export function briefing(prompt: string, { capabilities }: Pick<Adapter, 'capabilities'>): string {
  return capabilities.mcp ? `${prompt.trimEnd()}\n\n${messages.BY_TOOL}\n` : prompt;
}
