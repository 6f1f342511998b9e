import type { World } from './world.ts';

/** Is this agent the embedded shell? It reads no prompt and asks no provider. */
export const isShell = ({ settings }: World, agent: string): boolean =>
  (settings.agents[agent]?.kind ?? agent) === 'shell';
