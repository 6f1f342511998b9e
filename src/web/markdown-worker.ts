import { parentPort } from 'node:worker_threads';
import { TooMuchError } from './markdown-budget.ts';
import { markdownToHtml } from './markdown.ts';
import type { Rendering } from './renderer.ts';

/** A thread that gets one text after the other, and answers each with its HTML. It says `ready` first. */
parentPort?.on('message', (markdown: string) => say(rendering(markdown)));
say('ready');

function say(what: Rendering | 'ready'): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(what);
}

function rendering(markdown: string): Rendering {
  try {
    return { html: markdownToHtml(markdown) };
  } catch (error) {
    if (error instanceof TooMuchError) return { tooMuch: error.what };
    // The stack was too small for it.
    if (error instanceof RangeError) return { tooMuch: 'deep' };
    throw error;
  }
}
