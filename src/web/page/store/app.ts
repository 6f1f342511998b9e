import { computed, effect, signal } from '@preact/signals';
import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import type { Problem } from '../../../problem.ts';
import { added, done } from '../messages.ts';
import type { EntryAction } from '../entry/actions.ts';
import type { About } from '../../api-types.ts';
import { landingsIn, type Landing } from './landings.ts';
import { api, ApiError } from './api.ts';
import { BoardStore } from './board-store.ts';
import { Live } from './live.ts';
import { route } from './route.ts';
import { token } from './token.ts';

export const board = new BoardStore();
export const about = signal<About | null>(null);
/** Why the board can't be read now. */
export const problems = signal<readonly Problem[]>([]);
/** Landings since midnight, newest first; null: not known yet. */
export const landed = signal<readonly Landing[] | null>(null);
/** Epoch ms, once a second while the page is seen. */
export const now = signal(Date.now());
/** The name of the entry that keys are about. */
export const picked = signal<string | null>(null);
/** A coordinator was there since the page was opened. */
export const hadCoordinator = signal(false);

export const isReadOnly = computed(() => about.value?.readOnly ?? false);

export type Dialog =
  | { readonly kind: 'help' | 'add' | 'start' }
  | { readonly kind: 'move' | 'link' | 'message' | 'edit'; readonly id: string }
  | { readonly kind: 'act'; readonly id: string; readonly action: EntryAction; readonly why?: string };
export const dialog = signal<Dialog | null>(null);

/** What happened last, for a few seconds. */
export interface Toast {
  readonly key: number;
  readonly text: string;
  readonly fix: string | null;
  readonly isBad: boolean;
}
export const toasts = signal<readonly Toast[]>([]);
let toastCount = 0;

export function say(text: string, { isBad = false, fix = null }: { isBad?: boolean; fix?: string | null } = {}): void {
  const toast = { key: ++toastCount, text, fix, isBad };
  toasts.value = [...toasts.value, toast].slice(-3);
  setTimeout(() => dismiss(toast.key), isBad ? 12_000 : 4_000);
}
export const dismiss = (key: number): void => void (toasts.value = toasts.value.filter((one) => one.key !== key));

/** Carries something out and says how it went. @returns whether it was done */
export async function carryOut(
  work: () => Promise<{
    readonly ok: boolean;
    readonly message: string;
    readonly fix?: string;
    readonly ids?: readonly string[];
  }>,
): Promise<boolean> {
  try {
    const reply = await work();
    const text = reply.ok && reply.ids !== undefined && reply.ids.length > 0 ? added(reply.ids) : done(reply.message);
    say(text, { isBad: !reply.ok, fix: reply.fix ?? null });
    return reply.ok;
  } catch (error) {
    sayError(error);
    return false;
  }
}

export function sayError(error: unknown): void {
  if (error instanceof ApiError) say(error.message, { isBad: true, fix: error.fix });
  else if (!(error instanceof DOMException)) throw error;
}

export const live = new Live({
  change: (patch, isWhole) => {
    const isHere = board.head.peek() !== null;
    board.apply(patch, { isWhole, now: isHere ? Date.now() : 0 });
    if (board.head.peek()?.coordinator != null) hadCoordinator.value = true;
    if (isWhole) void readLanded();
  },
  problems: (found) => void (problems.value = found),
  events: (events) => {
    const known = landed.peek() ?? [];
    const next = landingsIn(events, midnight(), known);
    if (next !== known) landed.value = next;
  },
});

const midnight = (): number => new Date().setHours(0, 0, 0, 0);
const MAX_LANDINGS = 1000;

async function readLanded(): Promise<void> {
  try {
    const { events } = await api.events('entry-landed,entry-undone', MAX_LANDINGS);
    landed.value = landingsIn(events, midnight(), []);
  } catch {
    landed.value ??= [];
  }
}

/** Begins once there is a token, and again with each new one. */
export function startApp(): void {
  effect(() => {
    if (token.value === null) return live.close();
    void api
      .about()
      .then((found) => (about.value = found))
      .catch(() => undefined);
    live.open();
  });
  effect(() => board.filter(route.value.q));
  effect(() => {
    const name = about.value?.name;
    const count = board.needing.value.length;
    document.title = `${count === 0 ? '' : `(${count}) `}${name ?? 'kanban'}`;
  });
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1000);
}

/** `14:32`, with the day where it is not today. */
export const clock = (at: number): string => {
  const date = new Date(at);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return date.toDateString() === new Date().toDateString()
    ? time
    : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
};
const pad = (part: number): string => String(part).padStart(2, '0');

/** What keys and menus are about: the entry that is open, else the picked one. */
export function current(): SnapshotEntry | null {
  const open = route.value.entry;
  if (open !== null) return board.byId(open.id)?.entry.value ?? null;
  return picked.value === null ? null : (board.byName(picked.value)?.entry.value ?? null);
}
