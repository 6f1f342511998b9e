import { describe, expect, it } from 'vitest';
import { outdented } from '../../../src/board/parse/outdented.ts';

describe('the lines of a quick note as they stand in an entry', () => {
  it.each([
    ['  - priority: P1\n\n  text\n', '- priority: P1\n\ntext\n'],
    // Nothing is indented.
    ['text\n', 'text\n'],
    // What would end the entry, or begin another, becomes a heading of level 3.
    ['  text\n\n    code\n    # of a shell\n', 'text\n\n  code\n  ### of a shell\n'],
    ['  # Title\r\n  words\r\n', '### Title\r\nwords\r\n'],
    ['  ## T-9: Another\n', '### T-9: Another\n'],
    ['  #\n', '###\n'],
    ['  Title\n  ===\n', 'Title\n\\===\n'],
    ['  T-9: Another\n  ---\n', 'T-9: Another\n\\---\n'],
    // These belong to the entry as they are.
    ['  ## Problem\n\n  It is so.\n', '## Problem\n\nIt is so.\n'],
    ['  Problem\n  ---\n', 'Problem\n---\n'],
    ['  ```sh\n  # a comment\n  ```\n', '```sh\n# a comment\n```\n'],
    ['  ### T-9: deeper\n\n  # one\n', '### T-9: deeper\n\n### one\n'],
  ])('I1: %j becomes %j', (lines, body) => {
    expect(outdented(lines)).toBe(body.trimEnd());
  });
});
