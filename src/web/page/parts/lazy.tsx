import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { PAGES } from '../messages.ts';

/** A component that is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Shown, setShown] = useState<{ readonly component: ComponentType<P> } | null>(
      loaded === null ? null : { component: loaded },
    );
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Shown !== null) return;
      load().then(
        (component) => {
          loaded = component;
          setShown({ component });
        },
        () => setFailed(true),
      );
    }, []);
    if (hasFailed) return <p class="waiting">{PAGES.failed}</p>;
    return Shown === null ? <p class="waiting" /> : <Shown.component {...props} />;
  };
}
