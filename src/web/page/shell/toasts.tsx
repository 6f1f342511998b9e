import { Icon } from '../parts/icons.tsx';
import { dismiss, toasts } from '../store/app.ts';

/** What has just been done, or refused with its reason. */
export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(({ key, text, fix, isBad }) => (
      <div key={key} class={`toast${isBad ? ' bad' : ''}`}>
        <div>
          <p>{text}</p>
          {fix !== null && <p class="fix">{fix}</p>}
        </div>
        <button type="button" class="quiet" aria-label="Close" onClick={() => dismiss(key)}>
          <Icon name="close" />
        </button>
      </div>
    ))}
  </div>
);
