import type { Message } from '../../runner/inbox.ts';
import { MESSAGES_FRONT } from './messages.ts';

/**
 * A prompt with the messages to the agents of the entry in front: by priority, then oldest first. Without a message, the
 * prompt itself.
 */
export function withMessages(prompt: string, messages: readonly Message[]): string {
  if (messages.length === 0) return prompt;
  const lines = messages
    .toSorted((a, b) => RANKS.indexOf(a.priority) - RANKS.indexOf(b.priority) || a.at - b.at)
    .map(({ by, at, priority, text }) => {
      const rank = priority === 'normal' ? '' : ` (${priority} priority)`;
      return `- ${by.name}, ${new Date(at).toISOString()}${rank}: ${indented(text)}`;
    });
  return `${MESSAGES_FRONT}\n\n${lines.join('\n')}\n\n${prompt}`;
}

const RANKS: readonly Message['priority'][] = ['high', 'normal', 'low'];

const indented = (text: string): string => text.trim().replaceAll('\n', '\n  ');
