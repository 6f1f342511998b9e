import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  McpServer,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { BoardError } from '../surfaces/board-error.ts';
import { problemsAnswer, refusal } from './answer.ts';
import * as messages from './messages.ts';
import { isOffered } from './profiles.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { compact } from './schema.ts';
import type { Session } from './session.ts';
import { serveLegacySubscriptions, type Subscriptions } from './subscriptions.ts';
import type { Client, Tool } from './tool.ts';
import { TOOLS } from './tools/all.ts';

/** More parts than any honest call has. */
const MAX_INPUT_PARTS = 5_000;

/**
 * The server of one connection, in either form of the protocol.
 * @param onError gets what is a bug of ours
 */
export function createServer(
  session: Session,
  subscriptions: Subscriptions,
  onError: (error: unknown) => void,
): McpServer {
  const { profile, caller, version } = session.options;
  const server = new McpServer(
    { name: 'kanban', title: 'kanban', version },
    {
      capabilities: { tools: {}, prompts: {}, completions: {}, resources: { subscribe: true } },
      instructions: messages.instructions(caller.kind),
      maxToolInputElements: MAX_INPUT_PARTS,
    },
  );
  for (const one of TOOLS) if (isOffered(one, profile, caller)) register(server, one, { session, onError });
  registerResources(server, session);
  registerPrompts(server, session);
  serveLegacySubscriptions(server, subscriptions);
  return server;
}

function register(
  server: McpServer,
  { name, title, description, input, output, hints, call }: Tool,
  { session, onError }: { readonly session: Session; readonly onError: (error: unknown) => void },
): void {
  const config = {
    title,
    description,
    inputSchema: compact(input),
    outputSchema: compact(output),
    annotations: hints,
  };
  server.registerTool(name, config, async (checked, context): Promise<CallToolResult | InputRequiredResult> => {
    const client = clientOf(server, context);
    try {
      return await call(checked as never, { session, client, responses: context.mcpReq.inputResponses });
    } catch (error) {
      if (error instanceof BoardError) return problemsAnswer(error.problems);
      onError(error);
      return refusal(messages.unexpected(error instanceof Error ? error.message : String(error)));
    }
  });
}

/** The newer form of the protocol states it with each call, the older one at the beginning. */
function clientOf({ server }: McpServer, { mcpReq: { envelope } }: ServerContext): Client {
  const stated = statement.safeParse(envelope ?? {}).data;
  const info = stated?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  const asks = (stated?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities())?.elicitation;
  // One that names no way asks by forms.
  const canAsk = asks !== undefined && (asks.form !== undefined || asks.url === undefined);
  return { name: info?.name ?? 'client', canAsk };
}

const way = z.unknown().optional();
const statement = z.object({
  [CLIENT_INFO_META_KEY]: z.object({ name: z.string() }).optional(),
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ elicitation: z.object({ form: way, url: way }).optional() }).optional(),
});
