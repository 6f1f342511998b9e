export interface JobControl {
  /** Before the program stops. */
  readonly onStop: () => void;
  /** When it continues. */
  readonly onContinue: () => void;
}

/**
 * Ctrl-Z, also as a signal from elsewhere: gives the terminal back, stops, and takes it again when `fg` continues the program.
 * @returns how to stop obeying
 */
export function obeyJobControl({ onStop, onContinue }: JobControl): () => void {
  const stop = (): void => {
    onStop();
    // SIGTSTP has a listener now and stops nobody; this can't be caught.
    process.kill(process.pid, 'SIGSTOP');
  };
  process.on('SIGTSTP', stop).on('SIGCONT', onContinue);
  return () => void process.off('SIGTSTP', stop).off('SIGCONT', onContinue);
}

/** What the terminal does for Ctrl-Z, where keys are read as they are: the whole job stops, as the shell knows it. */
export const stopJob = (): void => void process.kill(0, 'SIGTSTP');
