import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { RunningCoordinator } from './rig/coordinator.ts';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';
import { Person, WAYS } from './rig/person.ts';

/**
 * Much work, many kills, the user in between. Short by itself; a long one, and another course of events:
 * `KANBAN_SOAK=100 KANBAN_SEED=7 npx vitest run test/e2e/soak.test.ts` (entries; there is a kill for every three).
 */
const ENTRIES = Number(process.env['KANBAN_SOAK'] ?? 12);
const SEED = Number(process.env['KANBAN_SEED'] ?? 1);
const FILES = 4;

describe('a soak', () => {
  it.concurrent(
    `${ENTRIES} entries in ${FILES} chains, killed ${Math.ceil(ENTRIES / 3)} times, edited meanwhile (seed ${SEED})`,
    { timeout: 60_000 + ENTRIES * 15_000 },
    async ({ made }) => {
      const random = mulberry(SEED);
      const ids = Array.from({ length: ENTRIES }, (_, n) => `T-${n + 1}`);
      const kanban = made({
        todo: ids.map(entryOf).join('\n'),
        settings:
          'agents: {}\nroles:\n  task: { agent: shell }\n  reviewer: { agent: shell }\n  tester: { agent: shell, run: "true" }\n',
      });
      const notes: string[] = [];
      for (let kill = 0; kill < Math.ceil(ENTRIES / 3); kill++) {
        const coordinator = kanban.start();
        await pause(100 + random() * 1_200);
        await personAtWork(kanban, coordinator, notes, random);
        await pause(random() * 600);
        await coordinator.kill();
      }
      const { code, err } = await kanban.untilDone();
      expect(code, err + kanban.story()).toBe(0);
      await kanban.expectDone(ids);
      for (let file = 0; file < FILES; file++)
        expect(kanban.read(`src/${file}.txt`)).toBe(`${ids.filter((_, n) => n % FILES === file).join('\n')}\n`);
      for (const note of notes) expect(kanban.column('TODO')).toContain(note);
      expect(
        kanban
          .subjects()
          .filter((subject) => subject.startsWith('own '))
          .toSorted(),
      ).toEqual(notes.map((note) => `own ${note}`).toSorted());
    },
  );
});

/** Every entry adds its line to one of the files, behind the entry that did so before it. */
function entryOf(id: string, n: number): string {
  const depends = n < FILES ? '' : `\n- depends: T-${n + 1 - FILES}\n`;
  return `## ${id}: Line ${n}\n${depends}\n\`\`\`sh\nmkdir -p src && echo ${id} >> src/${n % FILES}.txt\n\`\`\`\n`;
}

/** Writes a note below the entries of TODO.md with one of the editors, and commits a file of their own. */
async function personAtWork(
  kanban: Kanban,
  coordinator: RunningCoordinator,
  notes: string[],
  random: () => number,
): Promise<void> {
  const note = `note ${notes.length}`;
  const buffer = kanban.column('TODO');
  const way = WAYS[Math.floor(random() * WAYS.length)] ?? 'plain';
  await pause(random() * 300);
  const text = buffer.includes('\n# Notes\n') ? buffer : `${buffer.trimEnd()}\n\n# Notes\n`;
  await new Person(kanban, way).save('TODO', `${text}\n${note}\n`);
  kanban.write(`own/${note}.txt`, 'own\n');
  for (let tries = 0; ; tries++)
    try {
      kanban.git('add', `own/${note}.txt`);
      kanban.git('commit', '-q', '-m', `own ${note}`, '--', `own/${note}.txt`);
      break;
    } catch (error) {
      if (tries > 40) throw new Error(coordinator.story(), { cause: error });
      await pause(50);
    }
  notes.push(note);
}

/** Numbers in [0, 1) that are the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
