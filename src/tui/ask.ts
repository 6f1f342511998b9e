import type { SnapshotEntry } from '../contract/snapshot.ts';
import { shownWord } from '../shell-word.ts';
import type { BoardRequest } from '../surfaces/board-types.ts';
import { actionNamed, type ActionName } from './actions.ts';
import { editorWith, type Editor } from './line-editor.ts';

/** An action that waits for its text and for Enter. */
export interface Ask {
  readonly action: ActionName;
  /** null: it is about no entry, or about all of them. */
  readonly id: string | null;
  /** Names the text that the user has seen. */
  readonly was: string | null;
  /** approve: the commit of its branch that the user has seen; undefined: none was read. */
  readonly tip: string | null | undefined;
  readonly editor: Editor;
  /** A text of several lines, from $EDITOR; it stands for what the line has. */
  readonly long: string | null;
  /** Index of the variant that is chosen by Tab. */
  readonly variant: number;
}

export function askFor(action: ActionName, entry: SnapshotEntry | null, tip?: string | null): Ask {
  return {
    action,
    id: entry?.id ?? null,
    was: entry?.was ?? null,
    tip,
    editor: editorWith(''),
    long: null,
    variant: 0,
  };
}

export const askAbout = (action: ActionName, id: string | null): Ask => ({ ...askFor(action, null), id });

export const textOf = ({ long, editor }: Ask): string => (long ?? editor.text).trim();

/** Whether Enter may carry it out. */
export const isComplete = (ask: Ask): boolean => !actionNamed(ask.action).isRequired || textOf(ask) !== '';

export const nextVariant = (ask: Ask): Ask => ({
  ...ask,
  variant: (ask.variant + 1) % actionNamed(ask.action).variants.length,
});

export const hasVariants = ({ action }: Ask): boolean => actionNamed(action).variants.length > 1;

const variantOf = ({ action, variant }: Ask) => actionNamed(action).variants[variant] ?? { flags: [], request: {} };

/** The command that does the same, to copy. */
export function commandOf(ask: Ask): string {
  const { action, id } = ask;
  const row = actionNamed(action);
  const text = textOf(ask);
  // A text that is still missing is shown where it will stand.
  const shown = text === '' && row.isRequired ? '"…"' : shownWord(text);
  const given = text === '' && !row.isRequired ? [] : row.text === 'why' ? ['--why', shown] : [shown];
  return ['kanban', action, ...(id === null ? [] : [id]), ...given, ...variantOf(ask).flags].join(' ');
}

/** What the board is asked for. */
export function requestOf(ask: Ask): BoardRequest | null {
  const { action, id, was, tip } = ask;
  if (action === 'inject' || action === 'add') return null;
  return {
    command: action,
    taskId: id,
    why: textOf(ask),
    ...variantOf(ask).request,
    ...(was === null ? {} : { was }),
    ...(action === 'approve' && tip !== undefined ? { tip } : {}),
  };
}

/** inject: the order of delivery. */
export function priorityOf(ask: Ask): 'high' | 'normal' | 'low' {
  const chosen = variantOf(ask).flags[1];
  return chosen === 'high' || chosen === 'low' ? chosen : 'normal';
}
