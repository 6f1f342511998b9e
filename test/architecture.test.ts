import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Which rooms a room may import from, types included; `pure` stands for every pure room. docs/architecture.md explains them.
 * A room is a folder of src/; of coordinator/ each subfolder is one. `./observe` is `coordinator/observe`.
 */
const PURE = ['contract', 'board', 'workflow', 'pipeline', 'agents', 'preflight', 'report', 'metrics'];
const EDGES: Readonly<Record<string, readonly string[]>> = {
  contract: ['board', 'workflow'],
  board: [],
  workflow: ['board'],
  agents: ['contract', 'workflow'],
  pipeline: ['contract', 'board', 'workflow', 'report'],
  preflight: ['workflow'],
  report: ['contract', 'board', 'doctor', 'preflight', 'workflow'],
  metrics: ['board', 'contract', 'report', 'workflow'],
  system: ['contract', 'workflow'],
  git: ['contract', 'system'],
  ecosystems: ['git', 'system'],
  landing: ['board', 'contract', 'git', 'pipeline', 'system', 'workflow'],
  worktrees: ['git', 'system'],
  runs: ['contract', 'report', 'runner', 'system'],
  acp: ['agents'],
  runner: ['contract', 'agents', 'git', 'system'],
  setup: [
    'agents',
    'board',
    'coordinator/observe',
    'ecosystems',
    'git',
    'preflight/gather',
    'system',
    'workflow',
    'worktrees',
  ],
  'preflight/gather': ['agents', 'ecosystems', 'git', 'landing', 'preflight', 'system', 'workflow'],
  doctor: [
    ...[
      'agents',
      'contract',
      'git',
      'landing',
      'preflight',
      'preflight/gather',
      'runner',
      'runs',
      'system',
      'workflow',
    ],
    ...['worktrees', 'coordinator/launch', 'coordinator/observe', 'coordinator/inspect'],
  ],
  'coordinator/observe': ['pure', 'git', 'landing', 'runs', 'system', 'worktrees'],
  'coordinator/inspect': [
    ...['pure', 'preflight/gather', 'git', 'runs', 'system'],
    ...['./observe', './merge-queue', './preflight', './publish', './remote'],
  ],
  'coordinator/shared-state': ['pure', 'git', 'landing', 'runner', 'runs', 'system'],
  'coordinator/launch': [
    'pure',
    'git',
    'runner',
    'runs',
    'system',
    'worktrees',
    './observe',
    './shared-state',
    './perform',
    './publish',
  ],
  'coordinator/perform': ['pure', 'git', 'landing', 'runs', 'system', 'worktrees', './observe'],
  'coordinator/remote': ['pure', 'git', 'landing', 'system', './observe', './perform'],
  'coordinator/merge-queue': [
    ...['pure', 'git', 'landing', 'runner', 'runs', 'system', 'worktrees'],
    ...['./launch', './observe', './perform', './remote'],
  ],
  'coordinator/publish': ['pure', 'git', 'runs', 'system', './observe', './merge-queue'],
  'coordinator/preflight': [
    'pure',
    'preflight/gather',
    'git',
    'system',
    './launch',
    './observe',
    './publish',
    './remote',
  ],
  coordinator: ['pure', 'git', 'landing', 'runner', 'runs', 'system', 'every room of the coordinator'],
  surfaces: ['pure', 'git', 'runs', 'system', 'coordinator', 'every room of the coordinator'],
  mcp: ['pure', 'surfaces'],
  tui: ['pure', 'surfaces'],
  web: ['pure', 'surfaces'],
  'web/page': ['pure', 'surfaces', 'web'],
  commands: [
    ...['pure', 'git', 'doctor', 'mcp', 'runs', 'setup', 'surfaces', 'system', 'tui', 'web'],
    ...['coordinator', 'every room of the coordinator'],
  ],
};

/** One door per tool: the only files that may import a package, so that it can be replaced, loaded lazily or watched there. */
const DOORS: Readonly<Record<string, RegExp>> = {
  '@hono/node-server': /^web\/[^/]+$/,
  hono: /^web\/[^/]+$/,
  hast: /^web\/markdown\.ts$/,
  'rehype-sanitize': /^web\/markdown\.ts$/,
  'rehype-stringify': /^web\/markdown\.ts$/,
  'remark-rehype': /^web\/markdown\.ts$/,
  '@agentclientprotocol/sdk': /^acp\//,
  '@modelcontextprotocol/server': /^(commands\/mcp-report\.ts$|mcp\/)/,
  '@atlaskit/pragmatic-drag-and-drop': /^web\/page\/board\//,
  '@dagrejs/dagre': /^web\/page\/graph-worker\.ts$/,
  '@preact/signals': /^web\/page\//,
  chokidar: /^system\/watch\.ts$/,
  commander: /^commands\/program\/program\.ts$/,
  diff2html: /^web\/page\/diff\//,
  'eventsource-parser': /^web\/page\/store\/live\.ts$/,
  execa: /^system\/processes\.ts$/,
  'fastest-levenshtein': /^(board|workflow)\//,
  'gray-matter': /^(workflow\/front-matter|agents\/report\/parse-report)\.ts$/,
  liquidjs: /^workflow\/prompt(-variables)?\.ts$/,
  mdast: /^(?:(?:board\/(?:adopt|parse)|landing\/changelog)\/|web\/markdown\.ts$)/,
  ms: /^(workflow\/duration|board\/parse\/fields)\.ts$/,
  'p-limit': /^worktrees\/worktrees\.ts$/,
  'package-manager-detector': /^ecosystems\/node\.ts$/,
  picocolors: /^(report\/|tui\/view\/palette\.ts$)/,
  picomatch: /^(named-paths|pipeline\/results\/protect)\.ts$/,
  preact: /^web\/page\//,
  'remark-frontmatter': /^board\/parse\//,
  'remark-gfm': /^(?:board\/parse\/|web\/markdown\.ts$)/,
  'remark-parse': /^(?:board\/parse\/|web\/markdown\.ts$)/,
  'simple-git': /^setup\/detect\.ts$/,
  uplot: /^web\/page\/metrics\/chart\.tsx$/,
  unified: /^(?:board\/parse\/|web\/markdown\.ts$)/,
  which: /^(ecosystems|preflight\/gather|system|setup)\//,
  yaml: /^(workflow|agents\/report|setup)\//,
  zod: /^(workflow\/|agents\/report\/parse-report\.ts|commands\/mcp-report\.ts|mcp\/|web\/bodies\.ts|web\/changes\.ts)/,
};

const MAX_FILES = 25;
/** Folders with more files, each with the reason. */
const BIG_FOLDERS: Readonly<Record<string, string>> = {
  commands: 'one file per command, as `kanban --help` lists them',
};

const MAX_LINES = 250;
/** Files with more lines, each with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'board/parse/sections.ts': 'one grammar: where each passage of a column begins and ends, byte for byte',
  'board/saves/save-history.ts':
    'one state per column; its parts change together, and only random histories prove them',
  'board/saves/save-plan.ts': 'one decision per entry of a save; its rules refer to each other',
  'coordinator/perform/board-writer.ts': 'one state from the first edit of a tick to its last write',
  'git/index/index-format.ts': 'the format of one file, as gitformat-index describes it',
  'git/objects/objects.ts': 'one cache for all objects',
  'landing/move.ts': 'the steps of a move in their order, which the journal relies on',
};

/** A comparison with two or more English words. */
const ENGLISH =
  /(?:\b(?:startsWith|endsWith|includes)\(['`][A-Za-z]+ |[=!]== ['`][A-Za-z]+ [a-z]+ )[a-z]{2,}[^\n]*|\/[^/\n]*\b[a-z]{3,} [a-z]{3,}[^/\n]*\/[a-z]*\.(?:test|exec)\([^\n]*/g;
/** Files that read what other programs print or write: agents, git, hooks, test runners, changelogs, the libraries of YAML and Liquid. */
const READS_FOREIGN_TEXT =
  /^(?:agents|ecosystems|git|runner\/(?:git|shell)|landing\/changelog|setup)\/|^landing\/merge-tree|^worktrees\/worktrees|^workflow\/(?:front-matter|prompt)\.|\/shared-changes\.|^telling-line\./;

const ROOT = join(import.meta.dirname, '../src');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path))
  .toSorted();
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Folders that are rooms besides the one that they are in. */
const OWN_ROOMS: ReadonlySet<string> = new Set(['preflight/gather', 'web/page']);

/** `src/coordinator/observe/names.ts` → `coordinator/observe`; '' = a file of src/ itself, which any room may import. */
function roomOf(file: string): string {
  const [first = '', second = ''] = dirname(file).split('/');
  if (first === '.') return '';
  if (first === 'coordinator' && second !== '') return `coordinator/${second}`;
  return OWN_ROOMS.has(`${first}/${second}`) ? `${first}/${second}` : first;
}

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm;
/** Of a file of ours, and not of its types. */
const VALUE_IMPORT = /^(?:import|export)\s+(?!type\b)[^']*'(\.[^']+)'/gm;
const importsOf = (file: string): string[] => [...textOf(file).matchAll(IMPORT)].map(([, path = '']) => path);

const allowed = (room: string): Set<string> =>
  new Set(
    (EDGES[room] ?? []).flatMap((name) => {
      if (name === 'pure') return PURE;
      if (name === 'every room of the coordinator')
        return Object.keys(EDGES).filter((other) => other.startsWith('coordinator/'));
      return [name.replace(/^\.\//, 'coordinator/')];
    }),
  );

describe('architecture', () => {
  it('every room imports only from the rooms that it may know', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file);
      if (room === '') return [];
      const known = allowed(room);
      return importsOf(file)
        .filter((path) => path.startsWith('.'))
        .map((path) => posix.join(dirname(file), path))
        .filter((target) => ![room, '', ...known].includes(roomOf(target)))
        .map((target) => `${file} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('no two rooms import from each other', () => {
    const pairs = Object.keys(EDGES).flatMap((room) =>
      [...allowed(room)]
        .filter((other) => room < other && allowed(other).has(room))
        .map((other) => `${room} ↔ ${other}`),
    );
    expect(pairs).toEqual([]);
  });

  it('the page takes code from pure rooms only, and types from the server: a browser has no files and no processes', () => {
    const wrong = files
      .filter((file) => roomOf(file) === 'web/page')
      .flatMap((file) =>
        [...textOf(file).matchAll(VALUE_IMPORT)]
          .map(([, path = '']) => posix.join(dirname(file), path))
          .filter((target) => !['web/page', '', ...PURE].includes(roomOf(target)))
          .map((target) => `${file} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('names only rooms that there are', () => {
    const rooms = new Set(files.map(roomOf));
    expect(Object.keys(EDGES).filter((room) => !rooms.has(room))).toEqual([]);
    expect([...rooms].filter((room) => room !== '' && !(room in EDGES))).toEqual([]);
  });

  it('a package is imported through its door only', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => !path.startsWith('.') && !path.startsWith('node:'))
        .map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path)
        .filter((name) => !(DOORS[name]?.test(file) ?? false))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('no behaviour depends on the text of a message: what decides is data', () => {
    const found = files
      .filter((file) => !READS_FOREIGN_TEXT.test(file))
      .flatMap((file) => [...textOf(file).matchAll(ENGLISH)].map(([what]) => `${file}: ${what}`));
    expect(found).toEqual([]);
  });

  it(`a folder has at most ${MAX_FILES} files`, () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const over = [...counts].filter(([folder, count]) => count > MAX_FILES && !(folder in BIG_FOLDERS));
    expect(over).toEqual([]);
  });

  it(`a file has at most ${MAX_LINES} lines`, () => {
    const over = files
      .map((file) => [file, textOf(file).split('\n').length - 1] as const)
      .filter(([file, lines]) => lines > MAX_LINES && !(file in LONG_FILES));
    expect(over).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((file) => !files.includes(file))).toEqual([]);
  });
});
