import type { Settings } from '../workflow/settings.ts';
import type { Adapter } from './agent.ts';
import { adapterNamed } from './index.ts';

/** The adapter of an agent by its name in the settings; `shell` is always there. null: no such agent or kind. */
export function adapterOf(settings: Settings, agent: string): Adapter | null {
  const written = settings.agents[agent];
  if (written !== undefined) return adapterNamed(written.kind);
  return agent === 'shell' ? adapterNamed('shell') : null;
}
