import type { TeamCheckFact } from '../facts.ts';
import type { Settings } from '../../workflow/settings.ts';
import { hookEnvironment } from '../../system/environment.ts';
import { runCommand } from '../../system/processes.ts';
import * as messages from './messages.ts';

const TIMEOUT = 60_000;

/** Runs the team's own `preflight:` commands in the user's checkout, side by side. */
export function runTeamChecks(settings: Settings, root: string): Promise<readonly TeamCheckFact[]> {
  const env = hookEnvironment(settings.env, { root, base: settings.base });
  return Promise.all(
    settings.preflight.map(async (check): Promise<TeamCheckFact> => {
      const { code, signal, timedOut, telling } = await runCommand({
        command: check.run,
        cwd: root,
        env,
        timeout: TIMEOUT,
      });
      const how = timedOut
        ? messages.checkTimedOut(TIMEOUT)
        : code === null
          ? messages.endedBy(signal)
          : `exit code ${code}`;
      return { ...check, ok: code === 0 && !timedOut, output: telling === '' ? how : `${how}: ${telling}` };
    }),
  );
}
