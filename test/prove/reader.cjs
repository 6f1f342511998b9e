// Reads files over and over and counts the reads that find one missing or empty. Worker of a test of I11.
const { readFileSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { paths, until } = workerData;
const counts = { reads: 0, misses: 0, empty: 0 };
const ended = new Int32Array(until);
while (Atomics.load(ended, 0) === 0) {
  for (const path of paths) {
    counts.reads++;
    try {
      if (readFileSync(path).length === 0) counts.empty++;
    } catch {
      counts.misses++;
    }
  }
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort.postMessage(counts);
