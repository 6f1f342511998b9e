import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Processes that belong to a trial: the trial's home folder is in their environment, or they work in its folder, or its
 * path is in their command line. Linux only; elsewhere none is found.
 * @returns `{ pid, command }[]`, without ourselves and `besides`
 */
export function processesOf(folder, besides = []) {
  return pids()
    .filter((pid) => pid !== process.pid && !besides.includes(pid) && belongs(pid, folder))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120) }));
}

/** Ends them all, at once. */
export function killAll(folder, besides) {
  const found = processesOf(folder, besides);
  for (const { pid } of found)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  return found;
}

function belongs(pid, folder) {
  // A zombie's environment is empty: it is dead.
  const cwd = link(`/proc/${pid}/cwd`);
  return (
    cwd === folder ||
    cwd.startsWith(`${folder}/`) ||
    read(`/proc/${pid}/environ`).includes(`${folder}/`) ||
    read(`/proc/${pid}/cmdline`).includes(`${folder}/`)
  );
}

function pids() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
