import { createHash } from 'node:crypto';
import type { Repository } from '../git/git.ts';
import type { FilePlan } from './init-files.ts';
import { readIn, type InitPlace } from './init-place.ts';

/** Where agents look for skills of a repository: Claude Code, and those that follow agentskills.io (Codex, Gemini…). */
export const SKILL_FILES = ['.claude/skills/kanban/SKILL.md', '.agents/skills/kanban/SKILL.md'] as const;

export interface SkillPlan {
  readonly files: readonly FilePlan[];
  /** Files that are as they would be written. */
  readonly kept: readonly string[];
  /** Files that somebody changed: they stay. */
  readonly changed: readonly string[];
}

/** The skill files that are missing, or are as an earlier version wrote them; nothing is written. @param text as it is now */
export async function planSkill(repo: Repository, place: InitPlace, text: string): Promise<SkillPlan> {
  const { folder } = place;
  const files: FilePlan[] = [];
  const kept: string[] = [];
  const changed: string[] = [];
  for (const path of SKILL_FILES) {
    const before = await readIn(repo, place, path);
    if (before === null) files.push({ folder, path, text, how: 'new' });
    else if (before === text) kept.push(path);
    else if (isUntouched(before)) files.push({ folder, path, text, how: 'changed', before });
    else changed.push(path);
  }
  return { files, kept, changed };
}

/** The last line has the hash of what stands above it. Git may have changed the line breaks. */
function isUntouched(text: string): boolean {
  const [, above = '', hash] =
    /^([^]*\n)\n<!-- [^\n]*sha256[^\n]* ([0-9a-f]{64}) -->\n$/.exec(text.replaceAll('\r\n', '\n')) ?? [];
  return createHash('sha256').update(above).digest('hex') === hash;
}
