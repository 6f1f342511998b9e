import type { AgentEvent } from '../runner/folder.ts';

/** `parse` of an agent whose output is only text: the runner then doesn't read it line by line at all. */
export const noEvents = (): readonly AgentEvent[] => [];
