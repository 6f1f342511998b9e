import { describe, expect, it } from 'vitest';
import { branchRules } from '../../../src/workflow/branch-rules.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';

const found = (settings: Partial<Settings>): readonly (readonly [string, string | undefined])[] =>
  branchRules
    .flatMap((rule) => rule({ ...defaultSettings(), ...settings }))
    .map(({ path, code, fix }) => [`${path.join('.')} ${code}`, fix] as const);

describe('base, upstream, remote and push', () => {
  it.each<[string, Partial<Settings>]>([
    ['the defaults', {}],
    ['an integration branch', { base: 'agents', upstream: 'main', remote: 'origin', push: true }],
    ['an upstream without a remote: the local branch', { base: 'agents', upstream: 'main' }],
    ['a remote without push: it is only fetched', { remote: 'origin' }],
    ['a base with a slash that is no remote', { base: 'origin/main' }],
    ['a release branch whose number is no id', { base: 'release-2' }],
    ['a base that only ends like an id', { base: 'for-T-1' }],
    ['an upstream with a slash', { base: 'agents', upstream: 'release/2.x', remote: 'origin' }],
  ])('nothing is said about %s', (_, settings) => {
    expect(found(settings)).toEqual([]);
  });

  it.each<[string, Partial<Settings>, string, RegExp | undefined]>([
    ['push without a remote', { push: true }, 'push push-without-remote', /remote: origin/],
    ['upstream that is base', { upstream: 'main' }, 'upstream upstream-is-base', /init --base agents/],
    [
      'upstream as a full ref',
      { base: 'a', upstream: 'refs/heads/main' },
      'upstream upstream-not-a-branch',
      /^write `main`$/,
    ],
    [
      'upstream with its remote',
      { base: 'a', upstream: 'origin/main', remote: 'origin' },
      'upstream upstream-not-a-branch',
      /^write `upstream: main`$/,
    ],
    ['upstream that git refuses', { base: 'a', upstream: 'a b' }, 'upstream upstream-not-a-branch', undefined],
    [
      'base with its remote',
      { base: 'origin/main', remote: 'origin' },
      'base base-not-a-branch',
      /^write `base: main`$/,
    ],
    ['base as a full ref', { base: 'refs/heads/main' }, 'base base-not-a-branch', /^write `main`$/],
    ['base named like a task', { base: 'T-1' }, 'base base-named-like-a-task', /another name/],
    ['in small letters', { base: 't-12' }, 'base base-named-like-a-task', /another name/],
    [
      'by the template of branches',
      { base: 'kanban/OPS-1', branch: 'kanban/{id}', ids: ['T', 'OPS'] },
      'base base-named-like-a-task',
      /another name/,
    ],
    ['a remote by its address', { remote: 'git@example.com:a/b.git' }, 'remote remote-not-a-name', /git remote add/],
    ['a remote by its URL', { remote: 'https://example.com/a.git' }, 'remote remote-not-a-name', /git remote add/],
    ['this repository as remote', { remote: '.' }, 'remote remote-not-a-name', /remote: origin/],
    ['a folder as remote', { remote: '../other' }, 'remote remote-not-a-name', /git remote add/],
  ])('%s is named once, with the way out', (_, settings, what, fix) => {
    const breaches = found(settings);
    expect(breaches.map(([words]) => words)).toEqual([what]);
    if (fix !== undefined) expect(breaches[0]?.[1]).toMatch(fix);
  });
});
