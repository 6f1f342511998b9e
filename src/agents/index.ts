import type { Adapter } from './agent.ts';
import { command } from './command.ts';
import { shell } from './shell.ts';

/** The known adapters, by the name that stands in `agents.<name>.kind`. */
export const ADAPTERS: readonly Adapter[] = [shell, command];

/** @returns null for a name that nobody knows. */
export function adapterNamed(name: string): Adapter | null {
  return ADAPTERS.find((adapter) => adapter.name === name) ?? null;
}
