export const coordinatorRunning = (pid: number | null | undefined): string =>
  `A coordinator is running here (pid ${pid}).`;
