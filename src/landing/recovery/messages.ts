export const gitStillAt = (what: string, pid: number): string => `git (process ${pid}) is still at ${what}`;
export const notTakenBackWhileLocked = (what: string, lock: string): string =>
  `${what} can't be taken back while ${lock} exists (remove it if no git is at work)`;
export const FILE_KEPT_BY_LANDING = 'it changed after the landing was interrupted, and is left as it is';

export const stillMoving = (pid: number, baseRef: string): string => `process ${pid} is still moving ${baseRef}`;
export const moveLocked = (lock: string): string => `a move can't be finished while ${lock} exists`;
export const FILE_KEPT_BY_MOVE = 'it changed after the move was interrupted, and is left as it is';

export const journalUnreadable = (path: string, kind: string): string =>
  `${path} can't be read; it was renamed to ${kind}.json.unreadable`;
