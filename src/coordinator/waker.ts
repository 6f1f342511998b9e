/** The pause between ticks, which anything that happens can end. */
export class Waker {
  #wakeUp: (() => void) | null = null;
  #isWoken = true;

  /** Something has happened since the last reset. */
  get isWoken(): boolean {
    return this.#isWoken;
  }

  /** Something may have changed: the next tick comes at once. */
  wake(): void {
    this.#isWoken = true;
    this.#wakeUp?.();
  }

  /** To be called before a look: what happens from now on ends the next sleep. */
  reset(): void {
    this.#isWoken = false;
  }

  async sleep(ms: number): Promise<void> {
    if (this.#isWoken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }
}
