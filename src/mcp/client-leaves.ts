/** Until nothing more can come from the client of a server on stdio. */
export const untilClientLeaves = (): Promise<void> =>
  new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
  });
