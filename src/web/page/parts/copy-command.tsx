import { useState } from 'preact/hooks';
import { COPIED, COPY } from '../messages.ts';
import { Icon } from './icons.tsx';

/** A command with a button that copies it. */
export function CopyCommand({ command }: { command: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(command).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    });
  };
  return (
    <span class="command">
      <code>{command}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={`${COPY}: ${command}`}>
        {isCopied ? COPIED : <Icon name="copy" />}
      </button>
    </span>
  );
}
