import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the CLIs are installed: `KANBAN_AGENTS_DIR`, else in the user's cache folder. Kept between runs. */
export const agentsFolder = () =>
  resolve(
    process.env.KANBAN_AGENTS_DIR ??
      join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'file-kanban-agents'),
  );

/**
 * The newest version of a CLI, as npm names it, with a Node for it: many newest ones refuse the Node that kanban supports.
 * Its programs stand first on the PATH of a trial.
 */
export function newest(cli) {
  const [pinned, ...others] = cli.packages.filter((one) => nameOf(one) !== 'node');
  const packages = [cli.newest ?? nameOf(pinned), ...others.map(nameOf)].map((name) => `${name}@${latestOf(name)}`);
  return { ...cli, folder: `${cli.folder}-newest`, packages: [...packages, `node@${latestOf('node@22')}`] };
}

const LATEST = 'KANBAN_AGENTS_LATEST';

/**
 * Asks npm once: without a network, this program knows the answers by its environment.
 * @param name of a package, or `name@range`: then the newest of that range
 */
function latestOf(name) {
  const known = JSON.parse(process.env[LATEST] ?? '{}');
  if (known[name] === undefined) {
    const answer = execFileSync('npm', ['view', name, 'version', '--json'], { encoding: 'utf8', timeout: 60_000 });
    known[name] = [JSON.parse(answer)].flat().at(-1);
    process.env[LATEST] = JSON.stringify(known);
  }
  return known[name];
}

/** Installs a CLI's packages in their pinned versions, unless they are there. @returns the folder of its programs */
export function install(cli, say) {
  const folder = join(agentsFolder(), cli.folder);
  const missing = cli.packages.filter((one) => installedVersion(folder, nameOf(one)) !== versionOf(one));
  if (missing.length > 0) {
    say(`installing ${missing.join(' ')} into ${folder}`);
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--save-exact', ...missing], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 600_000,
    });
  }
  return join(folder, 'node_modules', '.bin');
}

const nameOf = (one) => one.slice(0, one.lastIndexOf('@'));
const versionOf = (one) => one.slice(one.lastIndexOf('@') + 1);

function installedVersion(folder, name) {
  try {
    return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  } catch {
    return null;
  }
}
