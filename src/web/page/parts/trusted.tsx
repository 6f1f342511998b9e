import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a browser with Trusted Types offers; others take the text itself. */
interface Policy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}
interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
}

const RULES: Policy = {
  /** It comes from the server, which sanitises it; nothing else is given here. */
  createHTML: (html) => html,
  createScriptURL: (url) => {
    const { origin, pathname } = new URL(url, location.href);
    if (origin !== location.origin || !pathname.startsWith('/assets/'))
      throw new TypeError(`not a script of ours: ${url}`);
    return url;
  },
};

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
const policy: Policy = policies?.createPolicy('kanban', RULES) ?? RULES;

/** Sanitised HTML of the server. `after` may add what works on it: checkboxes. */
export function Html({
  html,
  class: name = '',
  after,
}: {
  html: string;
  class?: string;
  after?: (element: HTMLElement) => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.innerHTML = policy.createHTML(html);
    // What is too wide scrolls: by keyboard as well.
    for (const pre of element.querySelectorAll('pre')) pre.tabIndex = 0;
    after?.(element);
  });
  return <div class={`md ${name}`} ref={ref} />;
}

/** A worker of our own. @param path as the build names it */
export const worker = (path: string): Worker => new Worker(policy.createScriptURL(path), { type: 'module' });
