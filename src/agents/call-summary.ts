import { cutText } from '../plain-text.ts';
import { asText } from './output-line.ts';
import type { Printed } from './output-line.ts';

/** Longest summary, in characters. */
const MAX_SUMMARY_CHARS = 120;

/** Members that say best what a tool call is about, best first. */
const SUMMARY_KEYS = ['command', 'file_path', 'absolute_path', 'path', 'dir_path', 'pattern', 'query', 'url', 'prompt'];

/** A tool call in a few words, for people: its command, its file, else the beginning of its input. One line. */
export function callSummary(input: Printed | null): string {
  if (input === null) return '';
  const summary = SUMMARY_KEYS.map((key) => asText(input[key])).find((text) => text.trim() !== '');
  const text = (summary ?? (Object.keys(input).length === 0 ? '' : JSON.stringify(input)))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return cutText(text, MAX_SUMMARY_CHARS);
}
