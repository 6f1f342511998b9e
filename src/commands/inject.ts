import type { Reply } from '../contract/request.ts';
import { ok } from '../problem.ts';
import { injectMessage, type Injected } from '../surfaces/inject.ts';
import { printReply } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

const PRIORITIES = ['high', 'normal', 'low'] as const;

/** `kanban inject <id> "…"`: a message for the agents of an entry. Says how and when it will reach them. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [typed = '', ...words] = args;
  const priority = PRIORITIES.find((name) => name === options['priority']) ?? 'normal';
  const injected = await injectMessage(io.cwd, typed, { text: words.join(' ').trim(), priority });
  return printReply(io, options, { taskId: typed }, injected.ok ? ok(replyOf(injected.value)) : injected);
}

const replyOf = (injected: Injected): Reply & Injected => ({ ok: true, ...injected });
