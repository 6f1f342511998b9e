import { acp } from './acp/adapter.ts';
import type { Adapter } from './agent.ts';
import { claude } from './claude/adapter.ts';
import { codex } from './codex/adapter.ts';
import { command } from './command/adapter.ts';
import { copilot } from './copilot/adapter.ts';
import { gemini } from './gemini/adapter.ts';
import { goose } from './goose/adapter.ts';
import { kimi } from './kimi/adapter.ts';
import { opencode } from './opencode/adapter.ts';
import { pi } from './pi/adapter.ts';
import { qwen } from './qwen/adapter.ts';
import { shell } from './shell/adapter.ts';

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
  kimi,
  acp,
];

/** @returns null for a name that nobody knows. */
export function adapterNamed(name: string): Adapter | null {
  return ADAPTERS.find((adapter) => adapter.name === name) ?? null;
}
