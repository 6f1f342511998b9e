import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { SnapshotEntry } from '../contract/snapshot.ts';
import { cutText, plainText } from '../plain-text.ts';
import { BoardError } from '../surfaces/board-error.ts';
import { drawProblem } from '../problem.ts';

import { entryMarkdown } from './entry-markdown.ts';
import { MAX_SHOWN } from './entry-view.ts';
import * as messages from './messages.ts';
import { MAX_PLAN, planEntry } from './plan-entry.ts';
import type { Session } from './session.ts';
import { boardView } from './status-views.ts';
import { entryOfUri, STATUS_URI } from './subscriptions.ts';
import * as titles from './titles.ts';

const MAX_LISTED = 100;

/** Everything that can be read by address. */
export function registerResources(server: McpServer, session: Session): void {
  server.registerResource('status', STATUS_URI, titles.status, (uri) =>
    read(uri.href, 'application/json', async () =>
      JSON.stringify(boardView(await session.snapshot(), { limit: MAX_LISTED })),
    ),
  );
  server.registerResource('rules', 'kanban://rules', titles.rules, (uri) =>
    read(uri.href, 'text/markdown', async () => (await (await session.board()).rules()) || messages.NO_RULES),
  );
  server.registerResource('plan-schema', 'kanban://schema/plan', titles.planSchema, (uri) =>
    read(uri.href, 'application/schema+json', async () => JSON.stringify(PLAN_SCHEMA)),
  );
  const entries = new ResourceTemplate('kanban://entry/{id}', {
    list: async () => ({
      resources: listed((await session.snapshot()).entries).map(({ id, title }) => ({
        uri: `kanban://entry/${encodeURIComponent(id)}`,
        name: id,
        title: cutText(`${id}: ${title}`, 200),
        mimeType: 'text/markdown',
      })),
    }),
    complete: { id: async (typed) => completions((await session.snapshot()).entries, typed) },
  });
  server.registerResource('entry', entries, titles.entry, (uri) =>
    read(uri.href, 'text/markdown', async () =>
      entryMarkdown(await (await session.board()).entry(entryOfUri(uri.href) ?? '')),
    ),
  );
  const reports = new ResourceTemplate('kanban://run/{run}/report', { list: undefined });
  server.registerResource('report', reports, titles.report, (uri, { run }) =>
    read(uri.href, 'text/markdown', async () => {
      const id = decoded(String(run));
      return cutText(plainText((await (await session.board()).report(id)) ?? messages.noReport(id)), MAX_SHOWN);
    }),
  );
}

const PLAN_SCHEMA = z.toJSONSchema(z.strictObject({ entries: z.array(planEntry).min(1).max(MAX_PLAN) }), {
  io: 'input',
});

async function read(uri: string, mimeType: string, text: () => Promise<string>): Promise<ReadResourceResult> {
  try {
    return { contents: [{ uri, mimeType, text: await text() }] };
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.problems.map(drawProblem).join('\n'));
  }
}

type Named = SnapshotEntry & { readonly id: string };
const isNamed = (entry: SnapshotEntry): entry is Named => entry.id !== null;

/** What is at work or needs the user comes first; the whole board may have thousands. */
function listed(entries: readonly SnapshotEntry[]): readonly Named[] {
  const named = entries.filter(isNamed);
  const isHot = ({ run, state }: Named): boolean => run !== null || state === 'needs-person';
  return [...named.filter(isHot), ...named.filter((entry) => !isHot(entry))].slice(0, MAX_LISTED);
}

function completions(entries: readonly SnapshotEntry[], typed: string): string[] {
  const begun = typed.toLowerCase();
  const ids = entries.filter(isNamed).map(({ id }) => id);
  return ids.filter((id) => id.toLowerCase().startsWith(begun)).slice(0, MAX_LISTED);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
