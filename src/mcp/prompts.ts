import type { GetPromptResult, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { entryMarkdown } from './entry-markdown.ts';
import { compact, line, text } from './schema.ts';
import * as prompts from './prompt-texts.ts';
import type { Session } from './session.ts';

const ofEntry = compact(z.object({ id: line(100).describe('task id') }));

/** Texts that the user starts a conversation with. */
export function registerPrompts(server: McpServer, session: Session): void {
  const wanted = compact(z.object({ request: text(20_000).describe('what is to be built or changed') }));
  server.registerPrompt('plan', { ...prompts.plan, argsSchema: wanted }, async (args) => {
    const { request } = args as { request: string };
    return said(prompts.planText(request, (await (await session.board()).rules()).trim()));
  });
  server.registerPrompt('triage', { ...prompts.triage, argsSchema: ofEntry }, async (args) => {
    const board = await session.board();
    const entry = await board.entry((args as { id: string }).id);
    const report = entry.runs.length > 0 ? await board.report(entry.id) : null;
    return said(prompts.triageText(entry.id, entryMarkdown(entry), report));
  });
  server.registerPrompt('handoff', { ...prompts.handoff, argsSchema: ofEntry }, async (args) => {
    const board = await session.board();
    const entry = await board.entry((args as { id: string }).id);
    return said(prompts.handoffText(entry.id, entryMarkdown(entry)));
  });
}

const said = (words: string): GetPromptResult => ({
  messages: [{ role: 'user', content: { type: 'text', text: words } }],
});
