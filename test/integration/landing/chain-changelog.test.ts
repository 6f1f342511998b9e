import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { build, bulletOf, land, makeChainRig, makePlainTasks, makeTasks } from './chain-rig.ts';
import { makeCommits } from './history.ts';
import type { Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const file = (unreleased: string, rest = '## [1.0.0]\n\n### Fixed\n\n- first\n'): string =>
  `# Changelog\n\n## [Unreleased]\n\n${unreleased}\n${rest}`;

interface Case {
  readonly start: string;
  /** What each branch made of the file; null: left as it was. */
  readonly branches: readonly (string | null)[];
  /** What base has by the time that they land. */
  readonly base?: string;
}

/** Lands a chain of branches that edited CHANGELOG.md themselves. @returns the file, less the landings' own lines. */
async function landed({ start, branches, base }: Case): Promise<string> {
  rig = await makeChainRig(branches.length, { changelog: start });
  const ids = branches.map((_, i) => `T-${101 + i}`);
  makeTasks(
    rig,
    Object.fromEntries(
      branches.map((text, i) => [
        `T-${101 + i}`,
        { [`code/${i}.txt`]: 'x\n', ...(text === null ? {} : { 'CHANGELOG.md': text }) },
      ]),
    ),
  );
  if (base !== undefined) {
    rig.write('CHANGELOG.md', base);
    rig.git('commit', '-qam', 'base moves on');
  }
  const { chain, landed: result } = await land(rig, ids);
  expect([chain.left, result]).toEqual([[], { ok: true, sha: rig.sha('main'), audit: [] }]);
  const text = rig.read('CHANGELOG.md');
  expect(text).toBe(`${rig.git('show', 'main:CHANGELOG.md')}\n`);
  for (const id of ids) expect(text.split('\n').filter((line) => line === bulletOf(id))).toHaveLength(1);
  return withoutOwn(text);
}

/** Without the landings' own bullets, and the headings that are empty then. */
function withoutOwn(text: string): string {
  const others = text.replace(/^- Landed T-\d+ \(T-\d+\)\n/gm, '');
  return others.replaceAll(/### \w+\n\n+(?=#)/g, '').replaceAll(/\n{3,}/g, '\n\n');
}

const released = (text: string): string => text.slice(text.indexOf('## [1'));

describe('CHANGELOG.md through a chain, where line merges corrupt (I1)', () => {
  it('(a) new sections at one place: each with its heading, blank lines between', async () => {
    const start = file('### Added\n\n- old\n');
    const text = await landed({
      start,
      branches: [
        file('### Added\n\n- old\n\n### Changed\n\n- by one\n'),
        file('### Added\n\n- old\n\n### Fixed\n\n- by two\n'),
      ],
    });
    expect(text).toBe(file('### Added\n\n- old\n\n### Changed\n\n- by one\n\n### Fixed\n\n- by two\n'));
  });

  it('(b) both reword one bullet: it stays one', async () => {
    const text = await landed({
      start: file('### Fixed\n\n- old\n'),
      branches: [file('### Fixed\n\n- old, by one\n'), file('### Fixed\n\n- old, by two\n')],
    });
    expect(text).toBe(file('### Fixed\n\n- old, by one\n'));
  });

  it('(c) a bullet that base took out does not come back with one beside it', async () => {
    const text = await landed({
      start: file('### Fixed\n\n- keep\n- gone\n'),
      branches: [file('### Fixed\n\n- keep\n- gone\n- by one\n'), file('### Fixed\n\n- keep\n- gone\n- by two\n')],
      base: file('### Fixed\n\n- keep\n'),
    });
    expect(text).toBe(file('### Fixed\n\n- keep\n- by one\n- by two\n'));
  });

  it('(d) wrapped bullets with the same last line keep theirs', async () => {
    const text = await landed({
      start: file('### Fixed\n\n- old\n'),
      branches: [
        file('### Fixed\n\n- old\n- one, first line\n  same tail\n'),
        file('### Fixed\n\n- old\n- two, first line\n  same tail\n'),
      ],
    });
    expect(text).toBe(file('### Fixed\n\n- old\n- one, first line\n  same tail\n- two, first line\n  same tail\n'));
  });

  it('(e) a release cut on base: what lands since is unreleased, and nothing is swallowed', async () => {
    const start = file('### Fixed\n\n- old\n');
    const cut = '## [1.1.0]\n\n### Fixed\n\n- old\n\n## [1.0.0]\n\n### Fixed\n\n- first\n';
    const text = await landed({
      start,
      branches: [
        file('### Fixed\n\n- old\n- by one\n'),
        null,
        // Its old words are released: the new ones come under Unreleased.
        file('### Fixed\n\n- by three\n'),
        file('### Fixed\n\n- old\n- by four\n'),
      ],
      base: `# Changelog\n\n## [Unreleased]\n\n${cut}`,
    });
    expect(released(text)).toBe(cut);
    expect(text.slice(0, text.indexOf('## [1'))).toBe(
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- by one\n- by three\n- by four\n\n',
    );
  });

  it('(e) a release cut by a task holds what base had, and the rest of the chain is unreleased', async () => {
    const start = file('### Fixed\n\n- old\n');
    const cut = '## [1.1.0]\n\n### Fixed\n\n- old\n\n## [1.0.0]\n\n### Fixed\n\n- first\n';
    const text = await landed({
      start,
      branches: [
        file('### Fixed\n\n- old\n- by one\n'),
        `# Changelog\n\n## [Unreleased]\n\n${cut}`,
        file('### Fixed\n\n- old\n- by three\n'),
      ],
    });
    expect(released(text)).toBe(cut);
    expect(text.match(/^- (?!old|first).*$/gm)).toEqual(['- by one', '- by three']);
    expect(text.indexOf('- by three')).toBeLessThan(text.indexOf('## [1.1.0]'));
  });

  it('two releases cut at once: no bullet is there twice, none is lost', async () => {
    const start = file('### Fixed\n\n- old\n');
    const text = await landed({
      start,
      branches: [
        file('### Fixed\n\n- by one\n', '## [1.1.0]\n\n### Fixed\n\n- old\n\n## [1.0.0]\n\n### Fixed\n\n- first\n'),
      ],
      base: file('', '## [2.0.0]\n\n### Fixed\n\n- old\n\n## [1.0.0]\n\n### Fixed\n\n- first\n'),
    });
    expect(text.match(/^- .*$/gm)?.toSorted()).toEqual(['- by one', '- first', '- old']);
  });

  it('criss-cross histories: what both merge bases know is not new', async () => {
    const start = file('### Fixed\n\n- old\n- gone\n');
    rig = await makeChainRig(2, { changelog: start });
    const main = rig.sha('main');
    const moved = file('### Fixed\n\n- old\n- by base\n');
    makeCommits(rig.root, [
      { parents: [main], files: { 'CHANGELOG.md': moved }, ref: 'refs/heads/main' },
      { parents: [main], files: { 'code/one.txt': '1\n' } },
      { parents: [1], files: { 'code/one.txt': '2\n' }, ref: 'refs/heads/T-101' },
      // Stands on T-101 as it was, and merged base in.
      { parents: [1, 0], files: { 'code/two.txt': '2\n', 'CHANGELOG.md': moved } },
      {
        parents: [3],
        files: { 'CHANGELOG.md': file('### Fixed\n\n- old\n- by base\n- by two\n') },
        ref: 'refs/heads/T-102',
      },
    ]);
    rig.git('reset', '-q', '--hard');
    const cut = '## [1.1.0]\n\n### Fixed\n\n- old\n- by base\n\n## [1.0.0]\n\n### Fixed\n\n- first\n';
    rig.write('CHANGELOG.md', `# Changelog\n\n## [Unreleased]\n\n${cut}`);
    rig.git('commit', '-qam', 'a release');
    expect((await land(rig, ['T-101', 'T-102'])).landed).toMatchObject({ ok: true, audit: [] });
    expect(rig.git('merge-base', '--all', 'main^', 'T-102').split('\n')).toHaveLength(2);
    const text = withoutOwn(rig.read('CHANGELOG.md'));
    expect(released(text)).toBe(cut);
    expect(text.slice(0, text.indexOf('## [1')).match(/^- .*$/gm)).toEqual(['- by two']);
  });

  it('lines stand in landing order, by section, in a file with CRLF, and in one that is not there', async () => {
    const ids = Array.from({ length: 6 }, (_, i) => `T-${101 + i}`);
    rig = await makeChainRig(6, { changelog: '# Changelog\r\n\r\n## [Unreleased]\r\n' });
    makeTasks(rig, Object.fromEntries(ids.map((id) => [id, { [`code/${id}`]: 'x\n' }])));
    expect((await land(rig, ids)).landed).toMatchObject({ ok: true, audit: [] });
    const section = (name: string, ...of: string[]) => `### ${name}\n\n${of.map((id) => `${bulletOf(id)}\n`).join('')}`;
    const wanted = [
      section('Added', 'T-103', 'T-106'),
      section('Changed', 'T-101', 'T-104'),
      section('Fixed', 'T-102', 'T-105'),
    ].join('\n');
    expect(rig.read('CHANGELOG.md')).toBe(`# Changelog\n\n## [Unreleased]\n\n${wanted}`.replaceAll('\n', '\r\n'));
    closeRepository(rig.repo);
    rig = await makeChainRig(6);
    rig.git('rm', '-q', 'CHANGELOG.md');
    rig.git('commit', '-qm', 'none');
    makeTasks(rig, Object.fromEntries(ids.map((id) => [id, { [`code/${id}`]: 'x\n' }])));
    expect((await land(rig, ids)).landed).toMatchObject({ ok: true, audit: [] });
    expect(rig.read('CHANGELOG.md')).toBe(`# Changelog\n\n## [Unreleased]\n\n${wanted}`);
  });

  it('is left to git where another tool writes it', async () => {
    rig = await makeChainRig(2);
    const [one, two] = ['- old\n- by one\n', '- old\n- by two\n'].map((bullets) => file(`### Added\n\n${bullets}`));
    makeTasks(rig, { 'T-101': { 'CHANGELOG.md': one ?? '' }, 'T-102': { 'CHANGELOG.md': two ?? '' } });
    const { chain, landed: result } = await land(rig, ['T-101', 'T-102'], { changelog: null });
    expect(result).toMatchObject({ ok: true, audit: [] });
    expect(chain.left).toEqual([{ id: 'T-102', conflict: ['CHANGELOG.md'] }]);
    expect(rig.read('CHANGELOG.md')).toBe(one);
  });

  it.each<[string, () => void]>([
    ['a folder', () => rig.write('CHANGELOG.md/T-1.md', 'work\n')],
    ['a symbolic link', () => symlinkSync('README.md', join(rig.root, 'CHANGELOG.md'))],
  ])('I3: %s in base at its path holds the landing, and stays', async (what, make) => {
    rig = await makeChainRig(1);
    rig.git('rm', '-q', 'CHANGELOG.md');
    make();
    rig.git('add', '-A');
    rig.git('commit', '-qm', what);
    makePlainTasks(rig, ['T-101']);
    const chain = await build(rig, ['T-101']);
    expect(chain).toMatchObject({ ok: false, held: expect.stringContaining(`CHANGELOG.md is ${what} in base`) });
  });

  it('I3: a branch that puts a folder at its path does not land over it', async () => {
    rig = await makeChainRig(2);
    rig.git('rm', '-q', 'CHANGELOG.md');
    rig.git('commit', '-qm', 'none');
    makeTasks(rig, { 'T-101': { 'CHANGELOG.md/a.md': 'work\n' }, 'T-102': { 'code/b': 'x\n' } });
    const { chain } = await land(rig, ['T-101', 'T-102']);
    expect(chain.left).toEqual([{ id: 'T-101', conflict: ['CHANGELOG.md'] }]);
  });
});
