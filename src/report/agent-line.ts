import type { AgentEvent, HookPhase } from '../contract/agent-event.ts';
import { unreachable } from '../unreachable.ts';
import { plain, plainLines } from './plain.ts';

const HOOKS: Readonly<Record<HookPhase, string>> = {
  submodules: 'the submodules are fetched',
  after_create: 'the hook after_create runs',
  before_run: 'the hook before_run runs',
  after_run: 'the hook after_run runs',
  'hook-queue': 'waits for the after_create of another run: one runs at a time',
};

export const hookText = (hook: HookPhase): string => HOOKS[hook];

/** What a run is at: a hook, or what its agent or kanban calls it. */
export const phaseText = (name: string): string =>
  Object.hasOwn(HOOKS, name) ? HOOKS[name as HookPhase] : plain(name);

/** One thing that an agent did, as the user follows it; more lines only where it wrote more. null = nothing to show. */
export function agentLine(event: AgentEvent): string | null {
  switch (event.type) {
    case 'text': {
      const text = plainLines(event.text).join('\n').trim();
      return text === '' ? null : text;
    }
    case 'tool':
      return `> ${plain(`${event.name} ${event.summary}`)}`;
    case 'denied':
      return `! permission denied: ${plain(`${event.name} ${event.summary}`)}`;
    case 'error':
      return `! ${plain(event.why)}`;
    case 'waiting':
      return `~ waits for its provider: ${plain(event.why)}`;
    case 'told':
      return `< ${plain(event.by)}: ${plain(event.text)}`;
    case 'stalled':
      return `! ${event.why ?? 'nothing moves: no output, no CPU, no changed file'}`;
    case 'awake':
      return '~ it moves again';
    case 'phase':
      return `= ${phaseText(event.name)}`;
    case 'session':
    case 'usage':
      return null;
    default:
      return unreachable(event);
  }
}
