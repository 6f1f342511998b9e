// The page of `kanban serve` in chromium: its size, when it shows something, from saving TODO.md to the text on the page, and what
// a change and a keystroke in the search cost it. Needs a chromium on the PATH, or CHROMIUM=/path. `web` measures the server.
import { spawn } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { against, load, median, printTable, spread } from './measure.mjs';
import { makeRepository } from './place.mjs';

const CHANGES = 20;
const IDLE_MS = 60_000;
const GOALS = { size: 60, paint: 600, save: 150, change: 20, key: 30, idle: 1 };

export async function bench({ place, cli, rounds = 3 }) {
  const executablePath = chromiumPath();
  if (executablePath === null) {
    console.log('## page: left out, there is no chromium (apt-get install chromium, or CHROMIUM=/path)\n');
    return;
  }
  console.log(`## page: ${CHANGES} changed titles a round, ${rounds} rounds; ${load()}\n`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const size of [200, 10_000]) await measureSize({ place, cli, browser, size, rounds });
  } finally {
    await browser.close();
  }
}

async function measureSize({ place, cli, browser, size, rounds }) {
  const repo = join(place.folder, `page-${size}`);
  makeRepository(place, repo, cli);
  const board = { texts: Array.from({ length: size }, (_, index) => entryText(index + 1)), repo };
  save(board);
  place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
  const server = await serve({ place, cli, repo });
  const found = { size: [], paint: [], save: [], change: [], key: [], idle: [] };
  try {
    for (let round = 0; round < rounds; round++)
      await measure({ browser, server, board, found, isLast: round === rounds - 1 });
  } finally {
    await server.end();
  }
  const isLarge = size > 200;
  printTable(
    [`${size} entries`, '', 'goal'],
    [
      [
        'what is loaded until the board is there, KB gz',
        spread(found.size, 1),
        against(median(found.size), GOALS.size, 'KB'),
      ],
      [
        'first contentful paint, ms',
        spread(found.paint),
        isLarge ? '' : against(median(found.paint), GOALS.paint, 'ms'),
      ],
      [
        'from saving TODO.md to the text on the page, ms',
        spread(found.save),
        isLarge ? '' : against(median(found.save), GOALS.save, 'ms'),
      ],
      [
        'work of the page for a changed entry, ms',
        spread(found.change, 1),
        against(median(found.change), GOALS.change, 'ms'),
      ],
      [
        'work of the page for a key in the search, ms',
        spread(found.key, 1),
        against(median(found.key), GOALS.key, 'ms'),
      ],
      [
        `work of the page in ${IDLE_MS / 1000} s without a change, %`,
        spread(found.idle, 2),
        against(median(found.idle), GOALS.idle, '%'),
      ],
    ],
  );
}

async function measure({ browser, server, board, found, isLast }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  await page.goto(server.address);
  await page.locator('.entry').first().waitFor();
  await pause(1_500);
  found.size.push(
    (await page.evaluate(
      "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(({ name }) => !name.includes('/api/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
    )) / 1024,
  );
  found.paint.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
  for (let change = 0; change < CHANGES; change++) {
    const number = change % 10;
    const title = `changed ${change} at ${Date.now()}`;
    board.texts[number] = entryText(number + 1, title);
    const before = await work(devtools);
    const shown = page.evaluate(watched, title);
    const begun = Date.now();
    save(board);
    found.save.push((await shown) - begun);
    await pause(600);
    found.change.push((await work(devtools)) - before);
  }
  await page.locator('#search').focus();
  for (const key of 'part 41') {
    const before = await work(devtools);
    await page.keyboard.press(key === ' ' ? 'Space' : key);
    await pause(300);
    found.key.push((await work(devtools)) - before);
  }
  if (isLast) {
    await page.locator('#search').fill('');
    await pause(2_000);
    const before = await work(devtools);
    await pause(IDLE_MS);
    found.idle.push((((await work(devtools)) - before) / IDLE_MS) * 100);
  }
  await context.close();
}

/** Runs in the page: epoch ms at which this text stands on it. */
const watched = (title) =>
  new Promise((resolve) => {
    const isThere = () => document.querySelector('.columns').textContent.includes(title);
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      resolve(Date.now());
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });

/** ms that the page's main thread has worked so far: scripts, styles, layout. */
async function work(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

function serve({ place, cli, repo }) {
  const child = spawn(process.execPath, [cli, 'serve'], {
    cwd: repo,
    env: place.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const end = () => child.kill('SIGTERM') && ended;
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part.toString();
      const [address] = /http:\S+/.exec(text) ?? [];
      if (address !== undefined) resolve({ address, end });
    });
    void ended.then(() => reject(new Error(`kanban serve has ended: ${text}`)));
  });
}

function chromiumPath() {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const isProgram = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return (
    PATH.split(delimiter)
      .flatMap((folder) => names.map((name) => join(folder, name)))
      .find(isProgram) ?? null
  );
}

const save = ({ repo, texts }) => writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${texts.join('')}`);

const entryText = (number, title = 'answers with a clear message') =>
  `## T-${number}: Part ${number} ${title}\n\n- files: src/part-${number % 40}/**\n\n\`\`\`sh\ntrue\n\`\`\`\n\n- [ ] a test covers part ${number}\n\n`;
