import { acp } from './acp.ts';
import type { Adapter } from './agent.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { command } from './command.ts';
import { copilot } from './copilot.ts';
import { gemini } from './gemini.ts';
import { goose } from './goose.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { qwen } from './qwen.ts';
import { shell } from './shell.ts';

/** The known adapters, by the name that stands in `agents.<name>.kind`. */
export const ADAPTERS: readonly Adapter[] = [
  shell,
  command,
  claude,
  codex,
  opencode,
  gemini,
  copilot,
  qwen,
  goose,
  pi,
  acp,
];

/** @returns null for a name that nobody knows. */
export function adapterNamed(name: string): Adapter | null {
  return ADAPTERS.find((adapter) => adapter.name === name) ?? null;
}
