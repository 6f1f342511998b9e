import type { Settings } from '../workflow/settings.ts';
import type { Adapter } from './agent.ts';
import { agentSettings } from '../workflow/agent-settings.ts';
import { adapterNamed } from './adapters.ts';

/** The adapter of an agent by its name in the settings. null: no such agent or kind. */
export function adapterOf(settings: Settings, agent: string): Adapter | null {
  const kind = agentSettings(settings, agent)?.kind;
  return kind === undefined ? null : adapterNamed(kind);
}
