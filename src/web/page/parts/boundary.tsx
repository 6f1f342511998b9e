import { Component, type ComponentChildren } from 'preact';
import { FAILED } from '../messages.ts';

interface Props {
  readonly children: ComponentChildren;
}

/** A part of the page: where it cannot be drawn, a sentence and a way back stand in its place, until the address changes. */
export class Boundary extends Component<Props, { readonly message: string | null }> {
  override state = { message: null };

  static override getDerivedStateFromError(error: unknown): { readonly message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  readonly #again = (): void => {
    if (this.state.message !== null) this.setState({ message: null });
  };

  /** For the console of the browser. */
  override componentDidCatch(error: unknown): void {
    reportError(error);
  }

  override componentDidMount(): void {
    window.addEventListener('hashchange', this.#again);
  }

  override componentWillUnmount(): void {
    window.removeEventListener('hashchange', this.#again);
  }

  override render() {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <div class="waiting" role="alert">
        <p>{FAILED.text}</p>
        <p>
          <a href="#/board">{FAILED.back}</a> ·{' '}
          <a href={location.href} onClick={() => location.reload()}>
            {FAILED.reload}
          </a>
        </p>
        <pre class="problem">{message}</pre>
      </div>
    );
  }
}
