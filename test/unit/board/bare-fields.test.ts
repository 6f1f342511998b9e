import { describe, expect, it } from 'vitest';
import { parseBoard } from '../../../src/board/parse.ts';
import { options, texts } from './board-fixture.ts';

/** `line code`, of what holds T-2. */
const found = (below: string): string[] =>
  parseBoard(texts({ TODO: `## T-2: Two\n\n${below}\n` }), options())
    .problems.filter(({ holds }) => holds?.includes('T-2'))
    .map(({ code, where }) => `${where?.line} ${code}`);

const NEAR = 'misspelt-field';
const BARE = 'field-without-bullet';

describe('fields without bullets in several lines', () => {
  it.each([
    ['prio: high\ndepends on T-7', [`3 ${NEAR}`, `4 ${NEAR}`]],
    ['Depends on: T-7\nprio: high', [`3 ${NEAR}`, `4 ${NEAR}`]],
    ['blocked by: T-1\npriority: P1', [`3 ${NEAR}`, `4 ${BARE}`]],
    ['depends: T-1\nafter the release', [`3 ${BARE}`]],
    ['After the release.\ndepends: T-1', [`4 ${BARE}`]],
    ['Some text\r\nand more\r\nblocked by: T-1', [`5 ${NEAR}`]],
    ['depends: T-1\npriority: P1', [`3 ${BARE}`, `4 ${BARE}`]],
    ['depends: T-8 and T-2\nSome text', [`3 ${BARE}`]],
    ['Depends on:\nT-7', [`3 ${NEAR}`]],
    ['Depends on:\n\n- T-7', [`3 ${NEAR}`]],
    ['depends:\nT-7', [`3 ${BARE}`]],
    ['See below.\napprove: land', [`4 ${BARE}`]],
    ['Important.\nneeds T-7', [`4 ${NEAR}`]],
  ])('are problems, each in its line: %j', (below, expected) => {
    expect(found(below)).toEqual(expected);
  });

  it.each([
    'The page is slow.\nNote: nobody uses it',
    'This one can only start\nafter T-7',
    'Depends: it is complicated.\nSee the page',
    'The files are these\nfiles: all that we have',
    'Some text\npriority: of the whole team',
    'Some text\npaths: a b c',
  ])('are text where they read as text: %j', (below) => {
    expect(found(below)).toEqual([]);
  });
});

describe('further lines of a field', () => {
  it.each([
    ['- files: a.txt\ndepends on: T-7', [`4 ${NEAR}`]],
    ['- files: a.txt\n  depends: T-7', [`4 ${NEAR}`]],
    ['- changelog: Add it\npriority: P1\ndepends T-7', [`4 ${NEAR}`, `5 ${NEAR}`]],
  ])('that look like fields of their own are problems: %j', (below, expected) => {
    expect(found(below)).toEqual(expected);
  });

  it('are its value, and text in an item that is no field', () => {
    expect(found('- depends: T-7,\n  T-8')).toEqual([]);
    expect(found('- The page, which one can do\n  after T-7')).toEqual([]);
  });
});

describe('a quick note', () => {
  const holds = (note: string): (string | undefined)[] =>
    parseBoard(texts({ TODO: note }), options()).problems.map(({ code, where, holds: keys }) => {
      expect(keys).toHaveLength(1);
      return `${where?.line} ${code}`;
    });

  it('is held by a field without a bullet below it', () => {
    expect(holds('- [ ] Fix the login\n  depends: T-3\n')).toEqual([`2 ${BARE}`]);
    expect(holds('- [ ] Fix the login\n  blocked by: T-3\n')).toEqual([`2 ${NEAR}`]);
    expect(holds('- [ ] Fix the login, but only\n  after T-3\n')).toEqual([]);
  });
});

describe('what is missing is said', () => {
  const messageOf = (below: string): string | undefined =>
    parseBoard(texts({ TODO: `## T-2: Two\n\n${below}\n` }), options()).problems[0]?.message;

  it('a colon, or a bullet', () => {
    expect(messageOf('- depends T-90')).toBe('"depends" is not read as a field: the colon behind it is missing');
    expect(messageOf('- files: a\ndepends: T-90')).toBe(
      '"depends" is not read as a field: the bullet before it is missing',
    );
  });
});
