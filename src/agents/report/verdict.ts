import type { Role } from '../../workflow/settings.ts';

/** Sections of Keep a Changelog, as a report names them. */
export const TYPES = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const;
export type ChangeType = (typeof TYPES)[number];

export type Verdict = 'done' | 'blocked' | 'ready' | 'changes-requested' | 'passed' | 'failed';

/** What each role may say, good word first, and what it means. */
export const VERDICTS: Readonly<Record<Role, readonly { readonly word: Verdict; readonly meaning: string }[]>> = {
  task: [
    { word: 'done', meaning: 'all that the entry asks is committed on the branch' },
    { word: 'blocked', meaning: "it can't be done as written: the text says what is missing" },
  ],
  reviewer: [
    { word: 'ready', meaning: 'it can be tested and landed as it stands now' },
    { word: 'changes-requested', meaning: 'the text names every finding: the task agent gets it as it is' },
  ],
  tester: [
    { word: 'passed', meaning: 'the tests that cover the change pass, with base merged into the branch' },
    {
      word: 'failed',
      meaning: 'they do not, and you could not fix it: the text says which test, what it expected and what came',
    },
  ],
};
