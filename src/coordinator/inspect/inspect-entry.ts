import { closeRepository } from '../../git/close.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Finding } from '../../preflight/finding.ts';
import { Observer } from '../observe/observer.ts';
import { WITHOUT_COORDINATOR } from '../observe/observation.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import { Preflight } from '../preflight/preflight-runner.ts';

/**
 * What keeps an entry from being worked on, as far as it shows without starting a program: what stops everything, what
 * holds the entry, and what holds an agent of its roles. Empty where the repository can't be read.
 * @param id of an entry on the board, in any case
 */
export async function inspectEntry(cwd: string, id: string): Promise<readonly Finding[]> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return [];
  const repo = opened.value;
  try {
    const observer = new Observer(repo);
    const looked = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
    if (!looked.ok) return [];
    const { world, workflow } = looked.value;
    const found = world.entries.find(({ entry }) => entry.id !== null && isSameId(entry.id, id));
    // Landed or removed meanwhile.
    if (found === undefined) return [];
    const { entry } = found;
    const { task, reviewer, tester } = workflow.settings.roles;
    const agents = new Set([entry.fields.find(({ key }) => key === 'agent')?.value ?? task.agent]);
    for (const { agent } of [reviewer, tester]) agents.add(agent);
    const findings = await new Preflight(observer).brief(looked.value);
    return findings.filter(
      ({ level, holds }) =>
        level === 'stops' ||
        (level === 'holds' &&
          ((holds?.entries ?? []).some((key) => key === entry.id || key === entry.key) ||
            (holds?.agents ?? []).some((name) => agents.has(name)))),
    );
  } finally {
    closeRepository(repo);
  }
}
