import type { LockProof } from '../system/lock.ts';
import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { COLUMNS } from '../board/entry.ts';
import type { KanbanEvent } from '../contract/event.ts';
import { git, type Repository } from '../git/git.ts';
import { readBlob } from '../git/objects/objects.ts';
import { commitMove } from '../landing/move.ts';
import { readFollowing, textFollowing } from '../system/plain-file.ts';
import { authorOf } from './perform/board-writer.ts';
import { plainMessage } from '../landing/commit-message.ts';
import * as messages from './messages.ts';
import { SEEN } from './observe/git-state.ts';
import type { Observation } from './observe/observation.ts';
import type { Observer } from './observe/observer.ts';
import { WORKFLOW } from './observe/workflow-reader.ts';

/**
 * What the first run in a repository does: commits what `kanban init` wrote (`kanban: set up`), as init commits nothing
 * itself, and hides the kanban's own folders from git where no `.gitignore` does.
 */
export async function setUp(observer: Observer, observation: Observation, lock: LockProof): Promise<KanbanEvent[]> {
  const { repo } = observer;
  hideOwnFolders(repo);
  const { checkout, base } = observation.git;
  const { settings } = observation.workflow;
  if (checkout === null || (await readBlob(repo, base, WORKFLOW)) !== null) return [];
  const paths = [
    WORKFLOW,
    ...promptsIn(checkout.path, settings.prompts),
    ...COLUMNS.map((column) => `${settings.board}/${column}.md`),
    '.gitignore',
    '.gitattributes',
  ];
  const { stdout } = await git(['ls-files', '-z', '--others', '--exclude-standard', '--', ...paths], {
    cwd: checkout.path,
  });
  const untracked = stdout.split('\0').filter(Boolean);
  if (!untracked.includes(WORKFLOW)) return [];
  const author = authorOf(settings);
  const files = untracked.flatMap((path) => {
    const bytes = readFollowing(join(checkout.path, path));
    return bytes === null ? [] : [{ path, from: bytes, committed: null, to: bytes }];
  });
  const message = plainMessage(messages.SET_UP_SUBJECT, '', []);
  const moved = await commitMove(repo, {
    lock,
    baseRef: observation.git.baseRef,
    oldBase: base,
    extraRefs: [{ ref: SEEN }],
    checkout,
    files,
    message: message.text,
    ...(author === undefined ? {} : { author }),
  });
  if (!moved.ok)
    return [
      { type: 'notice', message: messages.setUpNotCommitted('held' in moved ? moved.held : messages.BASE_MOVED) },
    ];
  await observer.history.follow(moved.sha, settings.base);
  return [{ type: 'notice', message: messages.setUpCommitted(untracked, moved.sha) }];
}

function promptsIn(root: string, folder: string): string[] {
  const path = join(root, folder);
  return existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`)
    : [];
}

/** `.kanban/` is made in every worktree too (the report is written there), and belongs in no task's commit. */
function hideOwnFolders(repo: Repository): void {
  const path = join(repo.commonDir, 'info', 'exclude');
  const text = textFollowing(path) ?? '';
  const missing = ['.kanban/', '.worktrees/'].filter((line) => !text.split(/\r?\n/).includes(line));
  if (missing.length === 0) return;
  mkdirSync(join(repo.commonDir, 'info'), { recursive: true });
  appendFileSync(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
}
