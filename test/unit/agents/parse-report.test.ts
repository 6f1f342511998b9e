import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseReport } from '../../../src/agents/report/parse-report.ts';
import { ROLES } from '../../../src/workflow/roles.ts';

describe('parseReport', () => {
  it('reads the form that the prompts ask for, comments and all', () => {
    const text =
      '---\nverdict: done          # task: done | blocked\ntype: fixed            # a section\nchangelog: Login answers 400 to an empty password\n---\nwhat was found\n';
    expect(parseReport(text, 'task')).toEqual({
      ok: true,
      verdict: 'done',
      type: 'fixed',
      changelog: 'Login answers 400 to an empty password',
      text: 'what was found',
    });
  });

  it.each([
    [
      'a colon in the changelog',
      'verdict: done\nchangelog: fix: the "x" #3 is: gone',
      'done',
      'fix: the "x" #3 is: gone',
    ],
    ['a hash in the changelog', 'verdict: done\nchangelog: Support C # and #12', 'done', 'Support C # and #12'],
    ['quotes around it', 'verdict: done\nchangelog: "Add `x`: y"', 'done', 'Add `x`: y'],
    ['a block scalar', 'verdict: done\nchangelog: >-\n  Two\n  lines', 'done', 'Two lines'],
    ['a tab, which is no YAML', 'verdict: done\n\tchangelog: x\nfoo: [', 'done', 'x'],
    ['a verdict in capitals', 'Verdict: DONE', 'done', null],
    ['a number as changelog', 'verdict: done\nchangelog: 404', 'done', '404'],
    ['CRLF', 'verdict: blocked\r\nchangelog: x\r', 'blocked', 'x'],
    ['a duplicate key: the first counts', 'verdict: done\nverdict: blocked', 'done', null],
    ['a verdict in bold', 'verdict: **done**', 'done', null],
  ])('is lenient: %s', (_name, front, verdict, changelog) => {
    expect(parseReport(`---\n${front}\n---\ntext\n`, 'task')).toMatchObject({ ok: true, verdict, changelog });
  });

  it.each([
    ['reviewer', 'changes requested', 'changes-requested'],
    ['reviewer', 'Changes_Requested', 'changes-requested'],
    ['reviewer', 'approved', 'ready'],
    ['tester', 'pass', 'passed'],
    ['tester', 'FAIL', 'failed'],
    ['task', 'completed', 'done'],
  ] as const)('near spellings: a %s says "%s"', (role, written, verdict) => {
    expect(parseReport(`---\nverdict: ${written}\n---\n`, role)).toMatchObject({ ok: true, verdict });
  });

  it.each([
    ['front matter that never closes', '---\nverdict: done\n\ntext'],
    ['no front matter', 'Verdict: done\n\ntext'],
    ['a list', '# Report\n\n- **verdict**: done\n'],
    ['blank lines and a BOM before it', '\uFEFF\n\n---\nverdict: done\n---\n'],
  ])('finds the verdict with %s', (_name, text) => {
    expect(parseReport(text, 'task')).toMatchObject({ ok: true, verdict: 'done' });
  });

  it.each([
    ['', 'the report is empty'],
    ['some text', 'the report has no verdict: its front matter must say `verdict: passed` or `verdict: failed`'],
    [
      '---\nverdict: maybe\n---\n',
      'the report\'s verdict "maybe" is not one that a tester can give: `verdict: passed` or `verdict: failed`',
    ],
    [
      '---\nverdict: ready\n---\n',
      'the report\'s verdict "ready" is not one that a tester can give: `verdict: passed` or `verdict: failed`',
    ],
  ])('says what is missing: %j', (text, problem) => {
    expect(parseReport(text, 'tester')).toEqual({ ok: false, problem });
  });

  it('runs no code and keeps nothing between calls', () => {
    const text = '---js\n{ verdict: (globalThis.hit = true, "done") }\n---\n';
    parseReport(text, 'task');
    expect((globalThis as { hit?: boolean }).hit).toBeUndefined();
    const broken = '---\nverdict: [\n---\n';
    expect(parseReport(broken, 'task')).toEqual(parseReport(broken, 'task'));
    expect(parseReport(broken, 'task').ok).toBe(false);
  });

  it('an unknown type is none', () => {
    expect(parseReport('---\nverdict: done\ntype: fix\n---\n', 'task')).toMatchObject({ type: 'fixed' });
    expect(parseReport('---\nverdict: done\ntype: wonderful\n---\n', 'task')).toMatchObject({ type: null });
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...ROLES), (text, role) => {
        for (const whole of [text, `---\n${text}\n---\n`, `---\nverdict: ${text}`]) parseReport(whole, role);
      }),
    );
  });
});
