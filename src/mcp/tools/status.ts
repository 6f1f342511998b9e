import * as z from 'zod';
import { COLUMNS } from '../../board/entry.ts';
import type { EntryState } from '../../contract/snapshot.ts';
import { answer, refusal } from '../answer.ts';
import * as messages from '../messages.ts';
import { line } from '../schema.ts';
import { boardView, isListed, metricsView, needsView, queueView } from '../status-views.ts';
import { READS, tool } from '../tool.ts';

const STATES: Readonly<Record<EntryState, true>> = {
  running: true,
  ready: true,
  waits: true,
  'being-edited': true,
  'waits-for-provider': true,
  held: true,
  lands: true,
  'needs-person': true,
  parked: true,
};

export const status = tool({
  name: 'status',
  profile: 'read',
  title: 'Board status',
  description:
    'How the kanban board stands. needs: entries that wait for the user, with commands that resolve them. Continue a page with after = next.',
  input: z.strictObject({
    view: z.enum(['board', 'needs', 'queue', 'metrics']).default('board'),
    column: z.enum(COLUMNS).optional(),
    state: z.enum(Object.keys(STATES) as EntryState[]).optional(),
    limit: z.int().min(1).max(200).default(50),
    after: line(100).optional(),
  }),
  output: z.looseObject({ entries: z.array(z.looseObject({ id: z.string() })).optional(), next: z.string().nullish() }),
  hints: READS,
  call: async ({ view, ...page }, { session }) => {
    const snapshot = await session.snapshot();
    const { after } = page;
    if (after !== undefined && !isListed(snapshot, view, page)) return refusal(messages.noSuchPage(after));
    if (view === 'needs') return answer(needsView(snapshot, page));
    if (view === 'queue') return answer(queueView(snapshot, page));
    if (view === 'metrics') return answer(metricsView(snapshot, await (await session.board()).metrics()));
    return answer(boardView(snapshot, page));
  },
});
