// Bundles the product: dist/cli.js (ESM, one chunk a command, so that each loads only what it needs) and
// dist/runner.cjs and dist/git-spawner.cjs (one small file each: they start in the time that Node itself needs) and
// dist/acp.cjs (the bridge to agents that speak the Agent Client Protocol, with its SDK). dist/markdown.cjs is the thread in
// which `kanban serve` renders markdown. dist/web is the page that
// `kanban serve` serves: index.html, and assets whose names have a hash of their content.
import { build, transform } from 'esbuild';
import { chmodSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { KANBAN_VERSION: JSON.stringify(version) },
};

rmSync('dist', { recursive: true, force: true });
const [cli, programs, foreign, page] = await Promise.all([
  build({
    ...shared,
    entryPoints: { cli: 'src/cli.ts', index: 'src/library.ts' },
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // CommonJS dependencies inside an ES module ask for Node's own modules by require().
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  }),
  build({
    ...shared,
    entryPoints: {
      runner: 'src/runner/main.ts',
      'git-spawner': 'src/git/spawner/main.ts',
    },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  }),
  // Almost all of these is libraries: their names are not worth a tenth of the package.
  build({
    ...shared,
    minify: true,
    entryPoints: { acp: 'src/acp/main.ts', markdown: 'src/web/markdown-worker.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  }),
  buildPage(),
]);
chmodSync('dist/cli.js', 0o755);
await shortenLibraries(cli.metafile);
writeFileSync(
  'dist/THIRD-PARTY-NOTICES.txt',
  notices([cli, programs, foreign, ...page].map(({ metafile }) => metafile)),
);

/** Shortens the names in chunks that are mostly libraries: a tenth of the package. In ours they stay as they are, for stack traces. */
async function shortenLibraries({ outputs }) {
  for (const [path, { bytes, inputs }] of Object.entries(outputs)) {
    const theirs = Object.entries(inputs).filter(([input]) => input.includes('node_modules/'));
    if (theirs.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0) < 0.9 * bytes) continue;
    const { code } = await transform(readFileSync(path, 'utf8'), {
      minify: true,
      format: 'esm',
      target: shared.target,
    });
    writeFileSync(path, code);
  }
}

/**
 * The page: `main.tsx` and `style.css`, with chunks for what it imports lazily; and its workers, `*-worker.ts`, whose addresses
 * it finds in `KANBAN_WORKERS`, by their names.
 */
async function buildPage() {
  const folder = 'src/web/page';
  const forPage = {
    ...shared,
    absWorkingDir: process.cwd(),
    outdir: 'dist/web',
    platform: 'browser',
    target: 'es2023',
    format: 'esm',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
  };
  const workerFiles = readdirSync(folder).filter((name) => name.endsWith('-worker.ts'));
  const workers = await build({ ...forPage, entryPoints: workerFiles.map((name) => join(folder, name)) });
  const addresses = Object.fromEntries(
    workerFiles.map((name) => [basename(name, '.ts'), `/assets/${outputOf(workers, `${folder}/${name}`)}`]),
  );
  const page = await build({
    ...forPage,
    entryPoints: [join(folder, 'main.tsx'), join(folder, 'style.css'), join(folder, 'icon.svg')],
    loader: { '.svg': 'copy' },
    splitting: true,
    define: { ...shared.define, KANBAN_WORKERS: JSON.stringify(addresses) },
  });
  const html = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(
    /(href|src)="(style\.css|main\.tsx|icon\.svg)"/g,
    (_, attribute, name) => `${attribute}="/assets/${outputOf(page, `${folder}/${name}`)}"`,
  );
  writeFileSync('dist/web/index.html', html);
  return [workers, page];
}

/** The name of the file that an entry point was bundled into. */
function outputOf({ metafile }, entryPoint) {
  // The names in the list are without symbolic links.
  const wanted = realpathSync(entryPoint);
  const [path] =
    Object.entries(metafile.outputs).find(
      ([, output]) => output.entryPoint !== undefined && realpathSync(output.entryPoint) === wanted,
    ) ?? [];
  if (path === undefined) throw new Error(`nothing was built from ${entryPoint}`);
  return basename(path);
}

/** The licences of what the bundles contain. */
function notices(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles)
    for (const path of Object.keys(inputs)) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found) folders.add(found[1]);
    }
  return [...folders]
    .sort()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n`);
}

function noticeOf(folder) {
  const { name, version: packageVersion, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const file of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'license.md', 'LICENCE', 'License'])
    try {
      return `${name} ${packageVersion} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    } catch {
      // The next name.
    }
  return `${name} ${packageVersion} (${license}); no licence file in the package\n`;
}
