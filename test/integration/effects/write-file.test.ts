import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { isTemporary, removeTemporaries, writeAtomic } from '../../../src/effects/write-file.ts';
import { problemOfWriting } from '../../../src/effects/disk-problem.ts';
import { buildProgram } from './child-program.ts';
import { until } from './waiting.ts';

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanban-write ü-'));
  file = join(dir, 'TODO.md');
  writeFileSync(file, 'old\n');
});
afterEach(() => {
  chmodSync(dir, 0o755);
  rmSync(dir, { recursive: true, force: true });
});

const text = (): string => readFileSync(file, 'utf8');

describe('writeAtomic', () => {
  it('writes, keeps the mode, and leaves nothing beside it', async () => {
    chmodSync(file, 0o640);
    expect(await writeAtomic(file, 'new\n', { durable: true })).toEqual({ outcome: 'written' });
    expect(text()).toBe('new\n');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dir)).toEqual(['TODO.md']);
  });

  it('writes bytes as they are', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x0d, 0x0a]);
    await writeAtomic(file, bytes, { expect: Buffer.from('old\n') });
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('leaves a file alone that is not what was expected, is missing, or is there (I1, I7)', async () => {
    expect(await writeAtomic(file, 'new\n', { expect: 'other\n' })).toEqual({ outcome: 'changed' });
    expect(text()).toBe('old\n');
    expect(await writeAtomic(join(dir, 'none'), 'new\n', { expect: 'old\n' })).toEqual({ outcome: 'changed' });
    expect(await writeAtomic(file, 'new\n', { expect: null })).toEqual({ outcome: 'changed' });
    expect(text()).toBe('old\n');
    expect(await writeAtomic(join(dir, 'none'), 'new\n', { expect: null })).toEqual({ outcome: 'written' });
    expect(readdirSync(dir).sort()).toEqual(['TODO.md', 'none']);
  });

  it('writes through symbolic links, also one to a file that is not there yet', async () => {
    mkdirSync(join(dir, 'real'));
    symlinkSync('real/A.md', join(dir, 'link'));
    symlinkSync('link', join(dir, 'link2'));
    expect(await writeAtomic(join(dir, 'link2'), 'a\n', { expect: null })).toEqual({ outcome: 'written' });
    expect(readlinkSync(join(dir, 'link'))).toBe('real/A.md');
    expect(readFileSync(join(dir, 'real/A.md'), 'utf8')).toBe('a\n');
    symlinkSync('loop', join(dir, 'loop'));
    expect(await writeAtomic(join(dir, 'loop'), 'a\n')).toMatchObject({
      outcome: 'failed',
      problem: { code: 'link-loop' },
    });
  });

  it('a read-only file, a folder in its place, a missing folder: a problem with its way out, nothing changed', async () => {
    chmodSync(file, 0o444);
    const readOnly = await writeAtomic(file, 'new\n');
    expect(readOnly).toMatchObject({
      outcome: 'failed',
      problem: { code: 'file-read-only', fix: expect.stringContaining('chmod u+w') as string },
    });
    expect(text()).toBe('old\n');
    expect(await writeAtomic(dir, 'new\n')).toMatchObject({ outcome: 'failed', problem: { code: 'not-a-file' } });
    expect(await writeAtomic(join(dir, 'no/TODO.md'), 'new\n')).toMatchObject({
      outcome: 'failed',
      problem: { code: 'folder-missing' },
    });
    expect(readdirSync(dir)).toEqual(['TODO.md']);
  });

  it.skipIf(process.getuid?.() === 0)('a folder without permission is a problem', async () => {
    chmodSync(dir, 0o555);
    expect(await writeAtomic(file, 'new\n')).toMatchObject({ outcome: 'failed', problem: { code: 'no-permission' } });
    expect(text()).toBe('old\n');
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk is a problem', () => {
    const full = spawnSync('sh', ['-c', 'echo x > /dev/full'], { encoding: 'utf8' });
    expect(full.status).not.toBe(0);
    const problem = problemOfWriting(file, Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    expect(problem).toMatchObject({ code: 'disk-full', fix: expect.any(String) as string });
  });

  it('a size limit in the middle of the content leaves the old file whole', () => {
    // RLIMIT_FSIZE stops a write half-way, as a full disk does.
    const program = buildProgram(
      `import { writeAtomic } from '../../../src/effects/write-file.ts';
       process.on('SIGXFSZ', () => {});
       const result = await writeAtomic(process.argv[2], 'x'.repeat(1_000_000));
       console.log(JSON.stringify(result));`,
      join(dir, 'writer.mjs'),
    );
    const run = spawnSync('sh', ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, program, file], {
      encoding: 'utf8',
    });
    expect(run.stdout).toContain('"failed"');
    expect(text()).toBe('old\n');
    expect(readdirSync(dir).sort()).toEqual(['TODO.md', 'writer.mjs']);
  });

  it('keeps what an editor writes in place in that very moment (I1)', { timeout: 120_000 }, async () => {
    // A person saves numbered texts in place, never waiting; the coordinator writes what it has just read, plus a line.
    const editor = spawn('sh', ['-c', 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "save $i" > "$0"; done', file]);
    let done = false;
    editor.once('exit', () => (done = true));
    const outcomes = { written: 0, changed: 0, failed: 0 };
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      const expected = readFileSync(file);
      outcomes[
        (await writeAtomic(file, Buffer.concat([expected, Buffer.from('line\n')]), { expect: expected })).outcome
      ]++;
    }
    expect(outcomes.failed).toBe(0);
    expect(text()).toContain('save 3000\n');
    expect(readdirSync(dir)).toEqual(['TODO.md']);
  });

  it(
    'readers see the old or the new text, never a part, and kills leave the old or the new (I8)',
    { timeout: 120_000 },
    async () => {
      const [a, b] = ['a'.repeat(300_000), 'b'.repeat(300_000)];
      writeFileSync(file, a);
      const program = buildProgram(
        `import { writeAtomic } from '../../../src/effects/write-file.ts';
       for (let i = 0; ; i++) await writeAtomic(process.argv[2], (i % 2 ? 'a' : 'b').repeat(300_000));`,
        join(dir, 'writer.mjs'),
      );
      for (let round = 0; round < 5; round++) {
        const writer = spawn(process.execPath, [program, file]);
        const seen = new Set<string>();
        await until(() => {
          const now = text();
          expect(now === a || now === b).toBe(true);
          return seen.add(now).size === 2;
        });
        writer.kill('SIGKILL');
        await new Promise((resolve) => writer.once('exit', resolve));
        expect([a, b]).toContain(text());
      }
      removeTemporaries(dir);
      expect(readdirSync(dir).sort()).toEqual(['TODO.md', 'writer.mjs']);
    },
  );
});

describe('removeTemporaries', () => {
  it('takes away what dead processes left, and no other file', () => {
    const dead = spawnSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).stdout.trim();
    const left = `.TODO.md.kanban-${dead}-0123456789ab`;
    const living = `.TODO.md.kanban-${process.pid}-0123456789ab`;
    for (const name of [left, living, '.TODO.md.swp']) writeFileSync(join(dir, name), '');
    expect(isTemporary(left)).toBe(true);
    expect(isTemporary('.TODO.md.swp')).toBe(false);
    expect(removeTemporaries(dir)).toEqual([left]);
    expect(existsSync(join(dir, living))).toBe(true);
  });
});
