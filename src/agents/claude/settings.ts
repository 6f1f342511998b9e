import type { AgentRun } from '../agent.ts';
import { literalGlob } from '../literal-glob.ts';
import * as messages from './messages.ts';
import { shellQuoted } from '../../shell-word.ts';

/** Settings of this run alone, added to the user's and the project's by `--settings`. */
export function claudeSettings(run: Pick<AgentRun, 'root' | 'worktree' | 'promptFile'>): string {
  const settings = {
    // Trailers and advertisements in commits; the second is its name in older versions.
    attribution: { commit: '', pr: '' },
    includeCoAuthoredBy: false,
    claudeMdExcludes: outerInstructions(run),
    hooks: {
      SessionStart: [{ matcher: 'compact', hooks: [{ type: 'command', command: briefAgain(run.promptFile) }] }],
    },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/**
 * Globs of the instruction files that Claude Code would load on top of the worktree's own because the worktree lies
 * inside the user's checkout: those of the checkout, and of folders between. What lies above the checkout is meant
 * for the worktree as well.
 */
function outerInstructions({ root, worktree }: Pick<AgentRun, 'root' | 'worktree'>): string[] {
  if (!worktree.startsWith(`${root}/`)) return [];
  const between = worktree.slice(root.length + 1).split('/');
  return between.flatMap((_, n) => {
    const folder = literalGlob([root, ...between.slice(0, n)].join('/'));
    return INSTRUCTIONS.map((name) => `${folder}/${name}`);
  });
}

const INSTRUCTIONS = ['CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', '.claude/CLAUDE.md', '.claude/rules/**'];

/** A command of the shell. Of what a hook prints beyond 10,000 characters the model sees the beginning only. */
function briefAgain(promptFile: string): string {
  const file = shellQuoted(promptFile);
  return `printf '%s %s\n\n' '${messages.BRIEFING_AGAIN}' ${file}; cat ${file}`;
}
