// Pick-up: from saving TODO.md to the first line of the agent's program, with `settle: 0s`.
import { appendFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { against, load, median, printTable, spread } from './measure.mjs';
import { eventsOf, makeRepository, startCoordinator, until } from './place.mjs';

/** How many coordinators are started for the cold case. */
const STARTS = 5;

export async function bench({ place, cli, rounds = 15 }) {
  console.log(`## pickup: ${rounds} saves in one coordinator, ${STARTS} first saves; ${load()}\n`);
  const cold = [];
  for (let number = 0; number < STARTS; number++) cold.push(...(await inCoordinator(place, cli, `cold-${number}`, 1)));
  const [, ...warm] = await inCoordinator(place, cli, 'warm', rounds + 1);
  printTable(
    ['from save to the agent’s first line', 'ms', 'goal'],
    [
      ['a coordinator that has worked before', spread(warm), against(median(warm), 300, 'ms')],
      ['the first entry after its start', spread(cold), ''],
    ],
  );
}

/** Each entry is saved when the one before has landed. @returns ms, one a save */
async function inCoordinator(place, cli, name, saves) {
  const repo = join(place.folder, name);
  makeRepository(place, repo, cli, { settle: '0s' });
  const marks = join(place.folder, `${name}-marks`);
  mkdirSync(marks);
  const coordinator = startCoordinator(place, repo, cli);
  try {
    await until('its start', () => eventsOf(repo).some(({ type }) => type === 'coordinator-started'), { coordinator });
    const times = [];
    for (let number = 1; number <= saves; number++) {
      await quiet();
      times.push(await saveAndWait(coordinator, repo, marks, `T-${number}`));
      await until(
        `T-${number} to land`,
        () => eventsOf(repo).some(({ type, id }) => type === 'entry-landed' && id === `T-${number}`),
        { every: 50, coordinator },
      );
    }
    return times;
  } finally {
    await coordinator.stop();
  }
}

/** The agent's first act is to make a file; its time of making is compared with the time of the save. */
async function saveAndWait(coordinator, repo, marks, id) {
  const mark = join(marks, id);
  const text = `\n## ${id}: Write a file\n\n\`\`\`sh\n: > '${mark}'\necho ${id} > ${id}.txt\n\`\`\`\n`;
  appendFileSync(join(repo, 'board', 'TODO.md'), text);
  const saved = Date.now();
  await until(`the agent of ${id}`, () => statSync(mark, { throwIfNoEntry: false }), { every: 20, coordinator });
  return statSync(mark).mtimeMs - saved;
}

/** As between two saves of the user: what the last landing left to be done is over. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 1_000));
