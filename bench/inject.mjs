// inject: from `kanban inject` to the agent that is at work.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { against, load, printTable, spread } from './measure.mjs';
import { makeRepository, startCoordinator, until } from './place.mjs';

const AGENT = fileURLToPath(new URL('listening-agent.mjs', import.meta.url));

export async function bench({ place, cli, rounds = 20 }) {
  console.log(`## inject: ${rounds} messages to one run; ${load()}\n`);
  const repo = join(place.folder, 'inject');
  const heard = join(place.folder, 'heard');
  writeFileSync(heard, '');
  makeRepository(place, repo, cli, { settle: '0s' });
  const workflow = join(repo, 'WORKFLOW.md');
  const agent = `agents:\n  claude: { command: ${JSON.stringify([process.execPath, AGENT, heard])} }\n`;
  writeFileSync(workflow, readFileSync(workflow, 'utf8').replace('agents: {}\n', agent));
  writeFileSync(join(repo, 'board', 'TODO.md'), '# TODO\n\n## T-1: Listen\n\n- agent: claude\n');
  place.git(repo, 'commit', '-qam', 'an agent that listens');
  const coordinator = startCoordinator(place, repo, cli);
  const lines = () => readFileSync(heard, 'utf8').split('\n').filter(Boolean);
  try {
    await until('the agent', () => lines().length > 0, { coordinator });
    const [whole, given] = [[], []];
    for (let number = 1; number <= rounds; number++) {
      const begun = Date.now();
      execFileSync(process.execPath, [cli, 'inject', 'T-1', `message ${number}`], { cwd: repo, env: place.env });
      const line = lines().find((one) => one.endsWith(`message ${number}`));
      if (line === undefined) throw new Error(`message ${number} has not been heard when the command ended`);
      const at = Number(line.split(' ')[0]);
      whole.push(at - begun);
      given.push(at - leftAt(repo, number));
    }
    printTable(
      ['a message to an agent that listens', 'ms', 'goal'],
      [
        ['from the message on disk to the agent', spread(given), against(Math.max(...given), 500, 'ms')],
        ['from the start of `kanban inject`', spread(whole), ''],
      ],
    );
    execFileSync(process.execPath, [cli, 'inject', 'T-1', 'stop'], { cwd: repo, env: place.env });
  } finally {
    await coordinator.stop();
  }
}

/** When the message was left; its file's name says so. */
function leftAt(repo, number) {
  const folder = join(repo, '.kanban', 'messages', 'T-1', 'delivered');
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return Number(files[number - 1]?.split('-')[1]);
}
