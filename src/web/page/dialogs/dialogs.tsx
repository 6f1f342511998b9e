import { COORDINATOR } from '../messages.ts';
import { CopyCommand } from '../parts/copy-command.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Drawing } from '../parts/pictures.tsx';
import { dialog } from '../store/app.ts';
import { ActDialog } from './act-dialog.tsx';
import { MessageDialog } from './message-dialog.tsx';
import { Modal } from './modal.tsx';

const HelpDialog = lazy(async () => (await import('./help-dialog.tsx')).HelpDialog);
const LinkDialog = lazy(async () => (await import('./link-dialog.tsx')).LinkDialog);
const MoveDialog = lazy(async () => (await import('./move-dialog.tsx')).MoveDialog);
const AddDialog = lazy(async () => (await import('./add-dialog.tsx')).AddDialog);
const EditDialog = lazy(async () => (await import('./edit-dialog.tsx')).EditDialog);

/** The dialog that is open, if one is. */
export function Dialogs() {
  const open = dialog.value;
  if (open === null) return null;
  switch (open.kind) {
    case 'help':
      return <HelpDialog />;
    case 'add':
      return <AddDialog />;
    case 'start':
      return (
        <Modal title={COORDINATOR.startTitle}>
          <div class="start">
            <Drawing name="no-coordinator" />
            <p>{COORDINATOR.how}</p>
            <CopyCommand command={COORDINATOR.start} />
          </div>
        </Modal>
      );
    case 'move':
      return <MoveDialog key={open.id} id={open.id} />;
    case 'link':
      return <LinkDialog key={open.id} id={open.id} />;
    case 'message':
      return <MessageDialog key={open.id} id={open.id} />;
    case 'edit':
      return <EditDialog key={open.id} id={open.id} />;
    default:
      return <ActDialog key={`${open.id} ${open.action.name}`} {...open} />;
  }
}
