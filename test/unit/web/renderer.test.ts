import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_MARKDOWN } from '../../../src/web/markdown-budget.ts';
import { Renderer } from '../../../src/web/renderer.ts';

/** A thread that answers with how many texts it has got; it never ends `loop`, and `grow` takes all memory. */
const THREAD = `
const { parentPort } = require('node:worker_threads');
let count = 0;
parentPort.on('message', (text) => {
  if (text === 'loop') for (;;);
  if (text === 'grow') for (const all = []; ; ) all.push(Array(1e5).fill(all.length));
  parentPort.postMessage(text === 'deep' ? { tooMuch: 'deep' } : { html: '<p>' + text + ' ' + ++count + '</p>' });
});
parentPort.postMessage('ready');
`;

let folder: string;
const bugs: unknown[] = [];
const renderers: Renderer[] = [];
const renderer = (most = 5_000): Renderer => {
  const made = new Renderer({ program: join(folder, 'thread.cjs'), most, onBug: (error) => void bugs.push(error) });
  renderers.push(made);
  return made;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanban-renderer-'));
  writeFileSync(join(folder, 'thread.cjs'), THREAD);
});
afterAll(async () => {
  for (const one of renderers) await one.close();
  rmSync(folder, { recursive: true });
  expect(bugs).toEqual([]);
});

describe('a text is rendered in a thread of its own', () => {
  it('each text once', async () => {
    const one = renderer();
    expect(await Promise.all(['a', 'b', 'a'].map((text) => one.html(text)))).toEqual([
      '<p>a 1</p>',
      '<p>b 2</p>',
      '<p>a 1</p>',
    ]);
  });

  it('one that does not end is shown as it is, and the next one is rendered', async () => {
    const one = renderer(200);
    expect(await Promise.all(['loop', 'b'].map((text) => one.html(text)))).toEqual([
      expect.stringMatching(/takes too long.*<pre><code>loop<\/code><\/pre>$/s),
      '<p>b 1</p>',
    ]);
  });

  it('one that takes all memory is shown as it is, and the next one is rendered', async () => {
    const one = renderer(60_000);
    expect(await one.html('grow')).toContain('<pre><code>grow</code></pre>');
    expect(await one.html('b')).toBe('<p>b 1</p>');
  });

  it('what is not markdown is shown whole, escaped, with the reason', async () => {
    const text = `<b>&amp;\u202E${'x'.repeat(MAX_MARKDOWN)}`;
    const html = await renderer().html(text);
    expect(html).toContain('longer than 64 KB');
    expect(html).toContain(`<pre><code>&lt;b&gt;&amp;amp;&lt;U+202E&gt;${'x'.repeat(MAX_MARKDOWN)}</code></pre>`);
    expect(await renderer().html('deep')).toContain('nested too deep');
  });

  it('ends at once, while it renders', async () => {
    const one = renderer(60_000);
    const rendered = [one.html('loop'), one.html('b')];
    await one.close();
    for (const html of await Promise.all(rendered)) expect(html).toContain('<pre>');
  });
});
