import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { buildCli, PACKAGE_INPUTS, type BuiltPackage } from './build-cli.ts';
import { buildOnce, SOURCE } from './build-once.ts';

/**
 * The package with another `dist/cli.js`, whose coordinator starts with two thirds of the CPU time: the program is one
 * file, and what V8 has compiled of it is kept beside it. The end-to-end tests start hundreds of coordinators. What is
 * shipped, in chunks as build.mjs makes them, is tested by the files that call `buildCli`.
 */
export async function buildQuickCli(): Promise<BuiltPackage> {
  const { cli } = await buildCli();
  const folder = await buildOnce('quick-package', PACKAGE_INPUTS, async (draft) => {
    cpSync(dirname(dirname(cli)), draft, { recursive: true, verbatimSymlinks: true });
    rmSync(join(draft, 'dist/chunks'), { recursive: true });
    writeFileSync(join(draft, 'dist/cli.cjs'), await bundleCli());
    writeFileSync(join(draft, 'dist/cli.js'), STARTER);
    runOnce(join(draft, 'dist/cli.js'));
  });
  return { cli: join(folder, 'dist/cli.js') };
}

/** Runs the program; keeps its compiled code at the end where there is none yet. */
const STARTER = `#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, Script } from 'node:vm';
const filename = import.meta.dirname + '/cli.cjs';
const kept = filename + '.compiled';
const options = { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
if (existsSync(kept)) options.cachedData = readFileSync(kept);
const script = new Script(readFileSync(filename, 'latin1'), options);
if (!options.cachedData) process.on('exit', () => writeFileSync(kept, script.createCachedData()));
script.runInThisContext()(createRequire(filename), filename, import.meta.dirname);
`;

/** A function of `require`, `__filename` and `__dirname`. */
async function bundleCli(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8')) as { version: string };
  const { outputFiles } = await build({
    entryPoints: [join(SOURCE, 'src/cli.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    charset: 'ascii',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'error',
    define: { KANBAN_VERSION: JSON.stringify(version), 'import.meta.url': 'ownUrl' },
  });
  const program = (outputFiles[0]?.text ?? '').replace(/^#!.*\n/, '');
  return `(function (require, __filename, __dirname) { const module = { exports: {} }, { exports } = module, ownUrl = require('node:url').pathToFileURL(__filename).href;${program}\n})`;
}

/** Takes one entry through all columns, so that what a coordinator does is compiled. */
function runOnce(cli: string): void {
  const root = mkdtempSync(join(tmpdir(), 'kanban-warm-up-'));
  const home = join(root, 'home');
  const repo = join(root, 'repo');
  for (const folder of [home, repo]) mkdirSync(folder);
  const env = { PATH: process.env['PATH'], TMPDIR: tmpdir(), HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const run = (file: string, ...args: string[]): void =>
    void execFileSync(file, args, { cwd: repo, env, stdio: ['ignore', 'ignore', 'pipe'] });
  run('git', 'init', '-q', '-b', 'main');
  run('git', 'config', 'user.name', 'Ada');
  run('git', 'config', 'user.email', 'ada@example.com');
  cpSync(join(SOURCE, 'prompts'), join(repo, 'prompts'), { recursive: true });
  writeFileSync(join(repo, '.gitignore'), '.kanban/\n.worktrees/\n');
  const roles = 'roles: { task: { agent: shell }, reviewer: { agent: shell }, tester: { agent: shell } }';
  writeFileSync(join(repo, 'WORKFLOW.md'), `---\nsettle: 0s\n${roles}\n---\n`);
  mkdirSync(join(repo, 'board'));
  writeFileSync(join(repo, 'board/TODO.md'), '# TODO\n\n## T-1: One\n\n```sh\necho 1 > 1\n```\n');
  run('git', 'add', '-A');
  run('git', 'commit', '-q', '-m', 'begin');
  run(process.execPath, cli, 'run', '--until-done');
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
