import { join } from 'node:path';
import { readCheckLog } from './check-log-file.ts';
import type { Repository } from '../../git/git.ts';
import { oneLine } from '../../pipeline/one-line.ts';
import { tailOf } from '../../runner/output.ts';
import type { Settings } from '../../workflow/settings.ts';
import * as messages from './messages.ts';

/** Why a task goes back, in a line, and the evidence: what was green, what red, and the end of the check's output. */
export function evidenceOf(
  repo: Repository,
  { merge_queue: { check }, base }: Settings,
  found: {
    readonly id: string;
    /** It is red only together with this one, which has landed. */
    readonly other: string | null;
    readonly green: string;
    readonly red: string;
    readonly key: string;
  },
): { readonly why: string; readonly report: string } {
  const { id, other, green, red, key } = found;
  const log = readCheckLog(repo);
  const outcome = log.outcomes.get(key);
  const last = outcome?.lastRed ?? null;
  const why = messages.failedWith(other, last?.detail ?? null);
  const lines = [
    messages.failedOnlyWith(oneLine(check), id, other),
    `failed: ${red} (${outcome?.reds.length ?? 0} times)`,
    messages.greenTree(green, base),
  ];
  if (last !== null) lines.push(`output: ${last.log}`, '', tailOf(join(repo.root, last.log)));
  return { why, report: lines.join('\n').trimEnd() };
}
