import fc from 'fast-check';

/** Lines that make trouble in markdown, ids of entries among them. */
const LINES = [
  ...['# TODO', '# Later', '## T-1: One', '## T-2: Two', '## [RETRY] T-3: Three', '## T-?: New', '## Problem', '### T-4: Four', '##T-5: Five'],
  ...[' ## T-6: Six', '   ## T-7: Seven', '    ## T-8: Eight', '#', '##', '## ', '#\tTab', '#hash', '####### seven'],
  ...['```', '```sh', '````', '~~~', '~~~ md', '   ```', '    ```', '``` not`a fence'],
  ...['<!--', '-->', '<!-- closed -->', '<div>', '</div>', '<script>', '</script>', '<?php', '?>', '<![CDATA[', ']]>', '<b>', '<!X'],
  ...['- item', '- [ ] open', '- [x] done', '- depends: T-1', '* star', '1. one', '  indented', '    code', '\ttab', '- ', '-'],
  ...['- ```', '  ```', '> quote', '> ```', '> # in quote', '-   ## in item', '  ## under item', '[ref]: /url "title', '[^1]: note', '    # in note'],
  ...['text', 'text\\', '---', '===', '***', '| a | b |', '|---|---|', '| # c | d |', '🚀 emoji', '\u2028# after a line separator', '\u0000', '+++'],
  ...['', '', '', '   ', '\t', '---', '# echo', '# a comment'],
];

const lineBreak = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');

/** Random documents of such lines: with a BOM or without, of one kind of line break or all, some without a final one. */
export const hostileText: fc.Arbitrary<string> = fc
  .record({
    bom: fc.boolean(),
    lines: fc.array(fc.tuple(fc.constantFrom(...LINES), lineBreak), { maxLength: 24 }),
    only: fc.option(lineBreak, { nil: null }),
    final: fc.boolean(),
  })
  .map(({ bom, lines, only, final }) => {
    const text = lines.map(([line, end], index) => line + (index === lines.length - 1 && !final ? '' : (only ?? end))).join('');
    return (bom ? '\ufeff' : '') + text;
  });
