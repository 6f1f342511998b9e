import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import { NOTHING_HANDED_OVER } from '../../../src/workflow/handover.ts';
import { checkPrompt, renderPrompt, type PromptData } from '../../../src/workflow/prompt.ts';
import { promptFile } from '../../../src/workflow/roles.ts';

const FILE = 'prompts/task.md';

const data = (
  change: {
    entry?: Partial<PromptData['entry']>;
    run?: Partial<PromptData['run']>;
    git?: Partial<PromptData['git']>;
    findings?: string;
    handover?: PromptData['handover'];
    rules?: string;
  } = {},
): PromptData => ({
  entry: {
    id: 'T-12',
    title: 'Login crashes',
    text: 'An empty password throws.',
    fields: { location: 'src/login.ts:42' },
    criteria: [{ text: 'answers 400', checked: false }],
    ...change.entry,
  },
  run: { role: 'task', attempt: 1, minutes: 15, report: '/w/T-12/.report.md', purpose: 'work', ...change.run },
  git: {
    worktree: '/w/T-12',
    branch: 'T-12',
    base: 'main',
    changed: ['src/login.ts'],
    commits: ['1234567 Answer 400'],
    ...change.git,
  },
  findings: change.findings ?? '',
  handover: change.handover ?? NOTHING_HANDED_OVER,
  rules: change.rules ?? '',
});

function rendered(template: string, of = data()): string {
  const result = renderPrompt(template, FILE, of);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** `code line:column underlined` */
const found = (template: string): string[] =>
  checkPrompt(template, FILE).map(
    ({ code, where }) =>
      `${code} ${where?.line}:${where?.column} ${where?.lineText.slice(where.column - 1, where.column - 1 + where.length)}`,
  );

describe('renderPrompt', () => {
  it('fills in', () => {
    expect(
      rendered(
        '{{ entry.id }} {{ entry.fields.location }} {% for c in entry.criteria %}{{ c.text }}{% endfor %} {{ git.changed | join: "," }} {{ run.minutes }}',
      ),
    ).toBe('T-12 src/login.ts:42 answers 400 src/login.ts 15');
  });

  it('never reads what people wrote as a template, and escapes nothing', () => {
    const text = '{% if %} {{ run.role }} <b>&amp; {% include "x" %}';
    expect(
      rendered(
        '{{ entry.text }}|{{ entry.title }}|{{ findings }}|{{ rules }}',
        data({ entry: { text, title: text }, findings: text, rules: text }),
      ),
    ).toBe(Array(4).fill(text).join('|'));
  });

  it('treats a field that the entry lacks, and texts without words, as nothing', () => {
    const template =
      '{% if entry.fields.none %}A{% endif %}{{ entry.fields.none }}{% if findings %}B{% endif %}{% if rules %}C{% endif %}{% if entry.text %}D{% endif %}.';
    expect(rendered(template, data({ entry: { text: ' \n' } }))).toBe('.');
    expect(rendered(template, data({ findings: 'x' }))).toBe('BD.');
  });

  it('does not reach prototypes through the names of fields', () => {
    expect(rendered('{{ entry.fields.constructor }}{{ entry.fields["__proto__"] }}{{ entry.fields.toString }}')).toBe(
      '',
    );
  });

  it('lists fields', () => {
    expect(
      rendered(
        '{% for field in entry.fields %}{{ field[0] }}={{ field[1] }};{% endfor %}',
        data({ entry: { fields: { a: '1', b: '2' } } }),
      ),
    ).toBe('a=1;b=2;');
  });

  it('stays within bounds, and says what was cut', () => {
    const text = rendered(
      '{{ entry.text }}{{ findings }}{% for path in git.changed %}{{ path }}\n{% endfor %}',
      data({
        entry: { text: 'x'.repeat(5_000_000) },
        findings: 'y'.repeat(5_000_000),
        git: { changed: Array.from({ length: 20_000 }, (_, i) => `file-${i}`) },
      }),
    );
    expect(text.length).toBeLessThan(300_000);
    expect(text).toContain('(4900000 characters cut)');
    expect(text).toContain('… and 19500 more files');
  });

  it('is refused where it is longer than an agent could take', () => {
    const template = '{% for i in (1..101) %}{{ rules }}{% endfor %}';
    const result = renderPrompt(template, FILE, data({ rules: 'x'.repeat(10_000) }));
    expect(result).toMatchObject({ ok: false, error: [{ code: 'prompt-too-long', where: { file: FILE, line: 1 } }] });
  });

  it('gives up on a template that would never end', () => {
    const result = renderPrompt(
      '{% for i in (1..100000) %}{% for j in (1..100000) %}xxxxxxxxxx{% endfor %}{% endfor %}',
      FILE,
      data(),
    );
    expect(result.ok).toBe(false);
  });

  it('gives problems, not half a prompt', () => {
    const result = renderPrompt('{{ entry.id }} {{ entry.titel }}', FILE, data());
    expect(result.ok ? [] : result.error.map(({ code }) => code)).toEqual(['prompt-unknown-variable']);
  });
});

describe('checkPrompt', () => {
  it.each<[string, readonly string[]]>([
    ['Hello {{ entry.id }}\n{{ entry.titel }}', ['prompt-unknown-variable 2:4 entry.titel']],
    ['{{ nope }} {{ run.rol }}', ['prompt-unknown-variable 1:4 nope', 'prompt-unknown-variable 1:15 run.rol']],
    ['{% if run.purpose == "never" %}{{ finding }}{% endif %}', ['prompt-unknown-variable 1:35 finding']],
    ['{% if nope %}x{% endif %}', ['prompt-unknown-variable 1:7 nope']],
    ['{{ entry.id.more }}', ['prompt-unknown-variable 1:4 entry.id.more']],
    ['{% for c in entry.criteria %}{{ c.txt }}{% endfor %}', ['prompt-error 1:33 c.txt']],
    ['{{ entry.id | upcas }}', ['prompt-error 1:1 {{ entry.id | upcas }}']],
    ['{{ entry.id ', ['prompt-error 1:1 {{ entry.id ']],
    ['a\n{% if entry.id %}', ['prompt-error 2:1 {% if entry.id %}']],
    ['{% include "/etc/passwd" %}', ['prompt-error 1:1 {% include "/etc/passwd" %}']],
    ['{% render "x" %}', ['prompt-error 1:1 {% render "x" %}']],
    ['{% layout "x" %}', ['prompt-error 1:1 {% layout "x" %}']],
    [' \n', ['prompt-empty 1:1 ']],
    ['{% assign name = entry.title %}{{ name }} {{ git.changed.size }} {{ entry.fields.any.thing }}', []],
  ])('%j', (template, expected) => {
    expect(found(template).map((line) => line.trimEnd())).toEqual(expected.map((line) => line.trimEnd()));
  });

  it('names the nearest variable', () => {
    expect(checkPrompt('{{ entry.titel }}', FILE)[0]?.fix).toBe('write `entry.title`');
  });
});

describe('the prompts of the package', () => {
  const verdicts = {
    task: ['done', 'blocked'],
    reviewer: ['ready', 'changes-requested'],
    tester: ['passed', 'failed'],
  };

  it.each(['task', 'reviewer', 'tester'] as const)('%s.md is well, and says all that the role must be told', (role) => {
    const template = readFileSync(`prompts/${role}.md`, 'utf8');
    expect(checkPrompt(template, `prompts/${role}.md`)).toEqual([]);
    for (const purpose of ['work', 'mend'] as const) {
      const text = rendered(template, data({ run: { role, purpose }, findings: 'It broke here.', rules: 'Be kind.' }));
      for (const part of [
        'T-12',
        'Login crashes',
        'An empty password throws.',
        'location: src/login.ts:42',
        'answers 400',
        '/w/T-12/.report.md',
        'It broke here.',
        'Be kind.',
        `verdict: ${verdicts[role][0]}`,
      ])
        expect(text).toContain(part);
      for (const verdict of verdicts[role]) expect(text).toContain(`\`${verdict}\``);
      expect(text).not.toMatch(/\{[{%]|undefined|\[object|\n\n\n/);
    }
  });

  it('tell a task agent that fixes to fix and to test, and one that works to do neither', () => {
    const template = readFileSync('prompts/task.md', 'utf8');
    const work = rendered(template);
    const fix = rendered(template, data({ run: { purpose: 'mend' } }));
    expect(work).toContain("don't run the test suite");
    expect(work).toContain("Don't merge");
    expect(fix).not.toContain("don't run the test suite");
    expect(fix).toContain('git merge main');
  });
});

describe('promptFile', () => {
  const settings = defaultSettings();

  it('is the file of the role in the folder of prompts, or the one that the role names', () => {
    expect(promptFile({ ...settings, prompts: 'ask' }, 'reviewer')).toBe('ask/reviewer.md');
    const roles = { ...settings.roles, tester: { ...settings.roles.tester, prompt: 'docs/test.md' } };
    expect(promptFile({ ...settings, roles }, 'tester')).toBe('docs/test.md');
    expect(promptFile({ ...settings, roles }, 'task')).toBe('prompts/task.md');
  });
});
