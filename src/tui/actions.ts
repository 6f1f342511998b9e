import type { SnapshotEntry } from '../contract/snapshot.ts';
import type { BoardRequest } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';

/** What a key asks of the board, each as the command of that name does it. */
export type ActionName =
  | 'approve'
  | 'retry'
  | 'rescope'
  | 'deprioritize'
  | 'abandon'
  | 'undo'
  | 'pause'
  | 'resume'
  | 'inject'
  | 'add';

/** What can be added to the command by Tab. */
interface Variant {
  /** As typed behind the command. */
  readonly flags: readonly string[];
  readonly request: Partial<BoardRequest>;
}

interface ActionRow {
  /** What is asked for in the line: a reason, a message, a title. */
  readonly asks: string;
  /** How the text stands in the command. */
  readonly text: 'why' | 'argument';
  readonly isRequired: boolean;
  /** The first one is plain. */
  readonly variants: readonly Variant[];
  /** Why it has no meaning for an entry; null: it has. */
  readonly refusal: (entry: SnapshotEntry) => string | null;
}

const PLAIN: Variant = { flags: [], request: {} };
const never = (): null => null;
const idOf = ({ id }: SnapshotEntry): string => id ?? '';

const WHY = { asks: messages.WHY, text: 'why', isRequired: false, variants: [PLAIN], refusal: never } as const;
const WHY_REQUIRED = { ...WHY, asks: messages.WHY_REQUIRED, isRequired: true } as const;
const RESUMES: Variant = { flags: ['--resume'], request: { resume: true } };

/** Every action; a row is all that there is to it. */
const ACTIONS: Readonly<Record<ActionName, ActionRow>> = {
  approve: {
    ...WHY,
    refusal: (entry) => (entry.tags.includes('APPROVE') ? null : messages.notToApprove(idOf(entry))),
  },
  retry: {
    ...WHY,
    variants: [PLAIN, { flags: ['--fixed'], request: { fixed: true } }],
    refusal: (entry) => (entry.tags.includes('ESCALATED') ? null : messages.notEscalated(idOf(entry))),
  },
  rescope: WHY,
  deprioritize: { ...WHY, variants: [PLAIN, RESUMES] },
  abandon: WHY_REQUIRED,
  undo: { ...WHY_REQUIRED, variants: [PLAIN, RESUMES] },
  pause: WHY,
  resume: WHY,
  inject: {
    ...WHY,
    asks: messages.MESSAGE,
    text: 'argument',
    isRequired: true,
    variants: [PLAIN, { flags: ['--priority', 'high'], request: {} }, { flags: ['--priority', 'low'], request: {} }],
  },
  add: { ...WHY, asks: messages.TITLE, text: 'argument', isRequired: true },
};

export const actionNamed = (name: ActionName): ActionRow => ACTIONS[name];
