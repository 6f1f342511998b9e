import { Look } from './look.mjs';
import { Site } from './site.mjs';

/** After so many seconds a trial is ended and has failed. */
const LIMIT = 300;

/** One case with one CLI. @returns `{ ok, seconds, wrong, told?, folder? }`; `folder` is left there for a look */
export async function tryOut({ keep, ...made }) {
  const begun = performance.now();
  let site = null;
  let wrong;
  let told;
  try {
    site = await Site.make(made);
    const code = await bounded(site, made.trial);
    const look = new Look(site, code);
    made.trial.look(look, site);
    await look.leftAlone();
    look.played();
    ({ wrong, told } = look);
  } catch (error) {
    wrong = [`${error.stack ?? error}${error.stderr ?? ''}`.slice(0, 1500)];
  }
  const kept = keep || wrong.length > 0;
  await site?.remove(kept);
  return {
    ok: wrong.length === 0,
    seconds: (performance.now() - begun) / 1000,
    wrong,
    ...(told === undefined ? {} : { told }),
    ...(kept && site !== null ? { folder: site.folder } : {}),
  };
}

/** @returns the exit code, or in words why there is none */
async function bounded(site, trial) {
  const act = trial.act ?? (() => site.start(...(trial.args ?? ['--max-wait', '2m'])).ended);
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      site.killAll();
      resolve(`nothing after ${LIMIT} s`);
    }, LIMIT * 1000);
  });
  try {
    return await Promise.race([act(site), late]);
  } finally {
    clearTimeout(timer);
  }
}
