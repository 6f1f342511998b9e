import { expect, it } from 'vitest';
import { landingMessage } from '../../../src/landing/commit-message.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';

const textOf = (title: string): string =>
  landingMessage(defaultSettings(), { id: 'T-1', title, reports: 'Report.', trailers: [] }).text;

it('a landing has its title as subject; a long one is cut at a word, and the body begins with it', () => {
  expect(textOf('Drop lodash')).toBe('T-1: Drop lodash\n\n    Report.\n');
  const title = 'Answer 400 with a clear message where the password is empty or has only blanks';
  expect(textOf(title)).toBe(
    `T-1: Answer 400 with a clear message where the password is empty or…\n\n    T-1: ${title}\n\n    Report.\n`,
  );
  const [subject = ''] = textOf('x'.repeat(100)).split('\n');
  expect(subject).toBe(`T-1: ${'x'.repeat(66)}…`);
});

it('no character is cut in two', () => {
  for (const before of ['', 'x']) expect(textOf(before + '🙂'.repeat(60)).split('\n')[0]).toMatch(/^T-1: x?(?:🙂)+…$/u);
});

it('a long title is cut, and what the setting has behind it stays', () => {
  const settings = defaultSettings();
  const subjectOf = (landing: string, title: string): string =>
    landingMessage(
      { ...settings, commits: { ...settings.commits, landing } },
      { id: 'T-12', title, reports: '', trailers: [] },
    ).text.split('\n')[0] ?? '';
  const title = 'Answer 400 with a clear message where the password is empty or has only blanks';
  expect(subjectOf('feat: {title} ({id})', title)).toBe(
    'feat: Answer 400 with a clear message where the password is… (T-12)',
  );
  expect(subjectOf('feat: {title} ({id})', 'Keep $& and {id}')).toBe('feat: Keep $& and {id} (T-12)');
  expect(subjectOf(`{title} ${'x'.repeat(70)}`, title)).toMatch(/^Answer 400 .{40,60}…$/);
});
