import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icons.tsx';
import { dialog } from '../store/app.ts';

interface ModalProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly size?: 'small' | 'wide';
}

export const closeDialog = (): void => void (dialog.value = null);

/** A dialog of the browser's own: it keeps the focus, and Esc closes it. */
export function Modal({ title, children, size = 'small' }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    const before = document.activeElement as HTMLElement | null;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      if (before?.isConnected === true) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={`modal ${size}`}
      aria-label={title}
      onClose={closeDialog}
      onClick={(event) => {
        if (event.target === ref.current) closeDialog();
      }}
    >
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={closeDialog}>
          <Icon name="close" />
        </button>
      </header>
      <div class="body">{children}</div>
    </dialog>
  );
}
