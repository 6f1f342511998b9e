import type { EntryAction } from '../entry/actions.ts';
import { ACTION_MORE } from '../messages.ts';
import { dialog } from '../store/app.ts';

/** Opens the dialog that asks why, shows the command, and carries it out. */
export const ActionButton = ({ id, action }: { id: string; action: EntryAction }) => (
  <button
    type="button"
    class={action.isFirst ? 'main' : ''}
    title={ACTION_MORE[action.name]}
    onClick={() => (dialog.value = { kind: 'act', id, action })}
  >
    {action.label}
    {action.why === 'none' ? '' : '…'}
  </button>
);
