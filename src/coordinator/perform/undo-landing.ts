import { firstOf } from '../../first-of.ts';
import type { Entry } from '../../board/entry.ts';
import { signersOf, type Identity } from '../../git/config/identity.ts';
import type { Repository } from '../../git/git.ts';
import { readCommit } from '../../git/objects/objects.ts';
import { diffTrees } from '../../git/objects/tree-diff.ts';
import { undoLanding, type UndoResult } from '../../landing/undo.ts';
import type { Action, EntryChange, Trailer } from '../../pipeline/action.ts';
import { cleanAfresh } from '../../pipeline/plain-move.ts';
import { oneLine } from '../../pipeline/one-line.ts';
import type { Settings } from '../../workflow/settings.ts';
import { unreachable } from '../../unreachable.ts';
import { authorOf, type BoardWriter } from './board-writer.ts';
import { plainMessage } from '../../landing/commit-message.ts';
import { listDependents } from './dependents.ts';
import { entryBefore } from './entry-before.ts';
import { SEEN } from '../observe/git-state.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import * as messages from './messages.ts';

type UndoEntry = Extract<Action, { type: 'undo-entry' }>;

export type Undone =
  /** `message`: the answer, with what follows from it. */
  | { readonly kind: 'done'; readonly sha: string; readonly title: string; readonly message: string }
  /** It can't be done as things stand; nothing has changed. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'stale' };

export interface UndoDeps {
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
}

/** Takes a landing back in one commit: its code, its CHANGELOG line, and its entry on top of TODO with the reason. */
export async function undo(action: UndoEntry, parts: UndoDeps): Promise<Undone> {
  const { observer, observation, writer } = parts;
  const { id, landing, why, isPaused } = action;
  const { settings } = observation.workflow;
  const edited = await writer.commitEdits(['TODO']);
  if (edited.kind === 'later' || edited.kind === 'failed') return edited;
  if (edited.kind !== 'done') return { kind: 'stale' };
  const entry = await entryBefore(observer.repo, settings, landing, id);
  const byHand = { command: await revertByHand(observer, landing), reason: oneLine(why), conflicts: false };
  if (entry === null) return refused(id, messages.undo.noEntry(short(landing)), byHand);
  const texts = withEntry(writer, entry, id, cleanedFor(entry, why, isPaused));
  if (texts === null) return refused(id, messages.undo.notInTodo(settings.board), byHand);
  const author = authorOf(settings);
  const message = messageOf(action);
  const undone = await undoLanding(observer.repo, {
    lock: writer.lock,
    id,
    landing,
    baseRef: observation.git.baseRef,
    oldBase: writer.base,
    board: settings.board,
    boardFiles: new Map([[`${settings.board}/TODO.md`, Buffer.from(texts.TODO ?? '')]]),
    changelog: settings.changelog,
    releasedLine: `Undone ${id}: ${entry.title} — ${oneLine(why)}`,
    checkout: observation.git.checkout,
    extraRefs: [{ ref: SEEN }],
    message: message.text,
    ...(author === undefined ? {} : { author }),
  });
  if (!undone.ok) return notDone(undone, id, byHand);
  await remember(parts, id, { sha: undone.sha, author, trailers: message.trailers });
  writer.landed(undone.sha, { ...writer.committed, TODO: texts.TODO });
  return { kind: 'done', sha: undone.sha, title: entry.title, message: await answerTo(action, undone, parts) };
}

/** What this process knows of base continues from the commit. */
async function remember(
  { observer }: UndoDeps,
  id: string,
  {
    sha,
    author,
    trailers,
  }: { readonly sha: string; readonly author: Identity | undefined; readonly trailers: readonly Trailer[] },
): Promise<void> {
  const signers = await signersOf(observer.repo, author);
  const committerEmail = signers.ok ? signers.value.committer.email : '';
  observer.history.own({ sha, at: Date.now(), committerEmail, trailers });
  observer.runReports.forget(id);
}

/** The board's texts with the entry on top of TODO, cleaned as on every way back to TODO; null: it can't be put there. */
function withEntry(
  writer: BoardWriter,
  entry: Entry,
  id: string,
  change: EntryChange,
): ReturnType<BoardWriter['edited']> {
  return writer.edited([
    { type: 'add', column: 'TODO', position: 'top', text: entry.source },
    { type: 'change', key: id, column: 'TODO', change },
  ]);
}

const cleanedFor = (entry: Entry, why: string, isPaused: boolean): EntryChange => {
  const change = cleanAfresh(entry, why);
  return isPaused ? { ...change, addTags: ['PAUSED'] } : change;
};

const messageOf = ({ id, landing, why, trailers, request }: UndoEntry): ReturnType<typeof plainMessage> =>
  plainMessage(
    messages.subjects.undone(id),
    why,
    [
      { name: 'Kanban-Move', value: `${id} CHANGELOG -> TODO` },
      { name: 'Kanban-Undone', value: `${id} ${landing}` },
      ...trailers,
    ],
    request,
  );

function notDone(undone: Exclude<UndoResult, { readonly ok: true }>, id: string, byHand: ByHand): Undone {
  if ('held' in undone) return { kind: 'failed', why: undone.held };
  if ('stale' in undone) return { kind: 'stale' };
  switch (undone.why) {
    case 'conflict':
      return refused(id, messages.undo.conflict(firstOf(undone.files)), { ...byHand, conflicts: true });
    case 'impossible':
      return refused(id, undone.reason, byHand);
    case 'in-the-way':
      return {
        kind: 'refused',
        message: messages.undo.inTheWay(id, undone.reason),
      };
    default:
      return unreachable(undone);
  }
}

interface ByHand {
  readonly command: string;
  readonly reason: string;
  /** git stops in the middle. */
  readonly conflicts: boolean;
}

const refused = (id: string, why: string, byHand: ByHand): Undone => ({
  kind: 'refused',
  message: messages.undo.refused(id, why, byHand),
});

/** A landing that was cherry-picked has one parent. */
async function revertByHand({ repo }: Observer, landing: string): Promise<string> {
  const parents = (await readCommit(repo, landing))?.parents.length ?? 0;
  return `git revert ${parents > 1 ? '-m 1 ' : ''}${short(landing)}`;
}

async function answerTo(
  { id, landing, isPaused }: UndoEntry,
  { sha, files, changelog }: Extract<UndoResult, { readonly ok: true }>,
  { observer, observation, writer }: UndoDeps,
): Promise<string> {
  const { settings } = observation.workflow;
  return [
    messages.undo.done(id, short(landing), short(sha)),
    isPaused ? messages.undo.paused(id) : '',
    files.length > 0 ? '' : await codeNote(observer.repo, landing, settings),
    describeChangelog(settings, changelog),
    pushNote(settings),
    await listDependents(observer, { settings, id, landing, base: writer.base }, observation.world.entries),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

/** Nothing of its code was left to be taken back. */
async function codeNote(repo: Repository, landing: string, { board, changelog }: Settings): Promise<string> {
  const after = await readCommit(repo, landing);
  const before = await readCommit(repo, after?.parents[0] ?? '');
  if (after === null || before === null) return messages.undo.CODE_UNDONE_BEFORE;
  const changes = await diffTrees(repo, before.tree, after.tree);
  const isCode = changes.some(({ path }) => path !== changelog && !path.startsWith(`${board}/`));
  return isCode ? messages.undo.CODE_UNDONE_BEFORE : messages.undo.NO_CODE;
}

function describeChangelog({ changelog }: Settings, { released, changed }: ChangelogLeft): string {
  if (released.length > 0) return messages.undo.lineReleased(changelog);
  return changed.length > 0 ? messages.undo.lineChanged(changelog) : '';
}

type ChangelogLeft = Extract<UndoResult, { readonly ok: true }>['changelog'];

const pushNote = ({ push }: Settings): string => (push ? messages.undo.PUSHED_LATER : '');

const short = (sha: string): string => sha.slice(0, 10);
