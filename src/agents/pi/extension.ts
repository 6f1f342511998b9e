import type { AgentRun } from '../agent.ts';

/** Name of the extension in the run's folder. */
export const PI_EXTENSION = 'pi-extension.js';

/**
 * The extension that pi is given for a run, as JavaScript.
 *
 * - pi reads the AGENTS.md or CLAUDE.md of every folder above the one it works in. Those of the user's checkout, in
 *   which the worktree lies, are left out: the worktree has its own.
 * - With every few characters that its model says, pi prints the whole message so far, twice: 15 KB of text made 10 MB.
 *   At the end of a turn it prints the whole conversation, as a line that nobody reads. Both are printed without.
 * - A provider that says "not before 15 minutes" is waited for in silence by the libraries that pi talks to it with. What
 *   it answered is reported, as a status line (`STATUS_KEY`) with the HTTP status and its retry-after.
 */
export function piExtension({ root, worktree }: Pick<AgentRun, 'root' | 'worktree'>): string {
  return `const root = ${JSON.stringify(root)};
const worktree = ${JSON.stringify(worktree)};
const statusKey = ${JSON.stringify(STATUS_KEY)};
${BODY}`;
}

/** `statusText` under this key: `<HTTP status> <retry-after, or ->`. */
export const STATUS_KEY = 'kanban-provider';

// Put together here: in one piece, our CommonJS bundle would be taken for an ES module by tools that look through it.
const EXPORT = ['export', 'default'].join(' ');

const BODY = `const isIn = (path, folder) => path.startsWith(folder + '/');
const printedAs = (value, printed) => {
  if (typeof value === 'object' && value !== null)
    Object.defineProperty(value, 'toJSON', { value: () => printed, configurable: true });
};

let ui = null;
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const response = await plainFetch(...request);
  try {
    if (response.status === 429 || response.status >= 500)
      ui?.setStatus(statusKey, response.status + ' ' + (response.headers.get('retry-after') ?? '-'));
  } catch {}
  return response;
};

${EXPORT} function (pi) {
  pi.on('before_agent_start', (event, context) => {
    ui = context.ui;
    let systemPrompt = event.systemPrompt;
    for (const { path, content } of event.systemPromptOptions?.contextFiles ?? [])
      if (isIn(path, root) && !isIn(path, worktree))
        systemPrompt = systemPrompt.replace('## ' + path + '\\n\\n' + content + '\\n\\n', () => '');
    return systemPrompt === event.systemPrompt ? undefined : { systemPrompt };
  });
  pi.on('message_update', ({ message, assistantMessageEvent }) => {
    printedAs(message, { role: 'assistant' });
    printedAs(assistantMessageEvent, { type: assistantMessageEvent?.type, delta: assistantMessageEvent?.delta });
  });
  pi.on('tool_execution_update', ({ partialResult }) => printedAs(partialResult, {}));
  pi.on('agent_end', ({ messages }) => printedAs(messages, []));
}
`;
