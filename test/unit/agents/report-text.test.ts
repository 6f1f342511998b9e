import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, reportText } from '../../../src/agents/report/report-text.ts';
import { parseReport } from '../../../src/agents/report/parse-report.ts';
import { ROLE_TABLE } from '../../../src/workflow/roles.ts';
import { TYPES } from '../../../src/agents/report/verdict.ts';
import { ROLES } from '../../../src/workflow/roles.ts';
import { runs } from '../../rig/runs.ts';

/** What could break front matter: its fence, keys, quotes, YAML's marks, line breaks of every kind. */
const awkward = fc.array(
  fc.oneof(
    fc.constantFrom(
      '---',
      '...',
      '\n---\n',
      '\n',
      '\r\n',
      '\r',
      '\t',
      '\0',
      '\u2028',
      '"',
      "'",
      '\\',
      '|',
      '>-',
      '# ',
      ': ',
    ),
    fc.constantFrom(
      'verdict: failed',
      'changelog: x',
      'type: added',
      '[',
      '{',
      '&a',
      '*a',
      '!!js',
      '`x`',
      'é',
      '🦊',
      ' ',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  ),
  { maxLength: 12 },
);
const text = awkward.map((parts) => parts.join(''));

describe('reportText', () => {
  it('is read back as it is meant, whatever stands in it', () => {
    const said = fc.constantFrom(...ROLES).chain((role) =>
      fc.record({
        role: fc.constant(role),
        verdict: fc.constantFrom(...ROLE_TABLE[role].verdicts.map(({ word }) => word)),
        type: fc.option(fc.constantFrom(...TYPES)),
        changelog: fc.option(text),
        text,
      }),
    );
    fc.assert(
      fc.property(said, ({ role, ...rest }) => {
        const line = oneLine(rest.changelog ?? '');
        expect(parseReport(reportText(rest), role)).toEqual({
          ok: true,
          verdict: rest.verdict,
          type: rest.type,
          changelog: line === '' ? null : line,
          text: rest.text.replace(/\r\n?/g, '\n').trim(),
        });
      }),
      { numRuns: runs(200) },
    );
  });

  it('keeps a plain change log line as it stands', () => {
    const said = {
      verdict: 'done',
      type: 'fixed',
      changelog: 'Login answers 400\n  (not 500)',
      text: '\nWhat was found\n',
    };
    expect(reportText({ ...said, verdict: 'done', type: 'fixed' })).toBe(
      '---\nverdict: done\ntype: fixed\nchangelog: Login answers 400 (not 500)\n---\nWhat was found\n',
    );
  });
});
