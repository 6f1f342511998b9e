import type { Problem } from '../problem.ts';
import * as messages from './messages.ts';

export const noRun = (id: string): Problem => ({
  code: 'no-run',
  message: messages.noRun(id),
  fix: messages.FIND_RUNS,
});
