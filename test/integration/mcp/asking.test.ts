import { afterEach, beforeEach, expect, it } from 'vitest';
import { Session } from '../../../src/mcp/session.ts';
import { approve } from '../../../src/mcp/tools/approve.ts';
import { undo } from '../../../src/mcp/tools/undo.ts';
import type { BoardReply, BoardRequest } from '../../../src/surfaces/board-types.ts';
import { McpRig } from './mcp-rig.ts';

/** Something happens after the tool has looked, and before its request is read. */
class Late extends Session {
  meanwhile = (): void => {};

  override request(client: string, request: BoardRequest): Promise<BoardReply> {
    this.meanwhile();
    return super.request(client, request);
  }
}

let rig: McpRig;
let session: Late;
beforeEach(() => {
  rig = new McpRig('## [APPROVE] T-1: One\n\n## [APPROVE] T-2: Two\n');
  session = new Late({ cwd: rig.root, env: {}, profile: 'approve', caller: { kind: 'user' }, version: '1' });
});
afterEach(async () => {
  await session.close();
  rig.remove();
});

const YES = { action: 'accept', content: { agree: true } };
const call = (responses?: Readonly<Record<string, unknown>>) => ({
  ...{ session, client: { name: 'test', canAsk: true }, responses },
});
type Answered = ReturnType<typeof call>;
const approveOne = (tip: string, answered: Answered) => approve.call({ id: 'T-1', tip } as never, answered);
const undoTwo = (why: string, answered: Answered) => undo.call({ id: 'T-2', why } as never, answered);
/** What the client is to ask: by it the answer is known again. */
const keyOf = (result: object): string =>
  Object.keys('inputRequests' in result ? (result.inputRequests as object) : {})[0] ?? '';

it('a commit after the last look is not approved', async () => {
  const tip = rig.branch('T-1', { 'a.txt': 'a\n' });
  const before = rig.git('rev-parse', 'main');
  const key = keyOf(await approveOne(tip, call()));
  let later = '';
  session.meanwhile = () => {
    rig.git('switch', '-q', 'T-1');
    rig.write('b.txt', 'unseen\n');
    later = rig.commit('unseen');
    rig.git('switch', '-q', 'main');
  };
  expect(await approveOne(tip, call({ [key]: YES }))).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining(`the branch of T-1 is at ${later} now`) as string }],
  });
  expect(rig.git('rev-parse', 'main')).toBe(before);
});

it('the answer to a question is the answer to no other: not of another title, not of another reason', async () => {
  const tip = rig.branch('T-1', { 'a.txt': 'a\n' });
  const key = keyOf(await approveOne(tip, call()));
  rig.write('board/TODO.md', rig.read('board/TODO.md').replace('One', 'Another'));
  const again = await approveOne(tip, call({ [key]: YES }));
  expect(keyOf(again)).toMatch(/./);
  expect(keyOf(again)).not.toBe(key);

  rig.write('board/TODO.md', '# TODO\n');
  rig.git('commit', '-q', '-a', '-m', 'T-2: Two', '-m', 'Kanban-Move: T-2 TESTING -> CHANGELOG');
  const first = keyOf(await undoTwo('it is slow', call()));
  const other = keyOf(await undoTwo('it is wrong', call({ [first]: YES })));
  expect([first, other]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  expect(other).not.toBe(first);
});
