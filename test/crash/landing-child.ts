import { writeSync } from 'node:fs';
import { closeRepository } from '../../src/git/close.ts';
import { recover } from '../../src/landing/recovery/recover.ts';
import { entriesIn, land } from '../integration/landing/chain-rig.ts';
import { openRig } from '../integration/landing/rig.ts';

/*
 * What a coordinator does at its start and then in a tick, in a process of its own that can be killed: it recovers what
 * was cut off, and lands all that stands in TESTING as one chain. Arguments: the repository, and the number of the step
 * at which it stops for good (-1: none). Each step is a line on stdout, the last line is what came of it.
 */
const [root = '', stopAt = '-1'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
let steps = 0;
const step = (name: string): void => {
  say(name);
  // No more of this process from here on, as after a kill; git goes its own way until it is killed too.
  if (steps++ === Number(stopAt)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

const rig = await openRig(root);
step('start');
const events = await recover(rig.repo, (name) => step(`recover ${name}`));
const ids = entriesIn(rig.git('show', 'main:board/TESTING.md'));
const result = ids.length > 0 ? (await land(rig, ids, { step })).landed : null;
closeRepository(rig.repo);
say(JSON.stringify({ events, result }));
