import type { Message } from '../../runner/inbox.ts';

/** A prompt with what people said to the agents of the entry in front, oldest first; without a word, the prompt itself. */
export function withMessages(prompt: string, messages: readonly Message[]): string {
  if (messages.length === 0) return prompt;
  const said = messages.map(({ by, at, text }) => `- ${by.name}, ${new Date(at).toISOString()}: ${indented(text)}`);
  return `${FRONT}\n\n${said.join('\n')}\n\n${prompt}`;
}

const FRONT =
  '**Messages from the people you work for**, written while this entry was in work. Follow them; where one contradicts what stands below, the message counts.';

const indented = (text: string): string => text.trim().replaceAll('\n', '\n  ');
