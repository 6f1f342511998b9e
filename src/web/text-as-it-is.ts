import { visibleText } from '../hidden-characters.ts';
import type { TooMuch } from './markdown-budget.ts';
import * as messages from './messages.ts';

/** A text that is not read as markdown, whole, and why: as safe HTML. */
export const textAsItIs = (text: string, why: TooMuch): string =>
  `<p><em>${escaped(messages.notMarkdown(why))}</em></p>\n<pre><code>${escaped(visibleText(text))}</code></pre>`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
