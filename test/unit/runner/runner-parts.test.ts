import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MonotonicClock } from '../../../src/runner/monotonic-clock.ts';
import { filesWithMarkers } from '../../../src/git/branch/conflict-markers.ts';
import { LineReader, lastLines, tailOf } from '../../../src/runner/output.ts';
import { StallWatch } from '../../../src/runner/stall.ts';
import { endBecause, readCause, readStop } from '../../../src/runner/cause.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanban-parts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('AwakeClock', () => {
  it('counts ticks, and of a sleep at most two intervals', () => {
    let now = 0n;
    const clock = new MonotonicClock(250, () => now);
    const after = (ms: number): number => {
      now += BigInt(ms) * 1_000_000n;
      return clock.tick();
    };
    expect(after(250)).toBe(250);
    expect(after(300)).toBe(550);
    expect(after(3_600_000)).toBe(1_050);
    expect(after(0)).toBe(1_050);
  });
});

describe('StallWatch', () => {
  const quiet = (files = 'same') => ({ output: 10, cpu: 5, files: () => files });

  it('stalled once after the time, awake when it continues', () => {
    const watch = new StallWatch(1_000);
    watch.observe(0, quiet());
    expect(watch.observe(600, quiet()).change).toBe(null);
    expect(watch.observe(1_000, quiet()).change).toBe('stalled');
    expect(watch.observe(1_200, quiet()).change).toBe(null);
    expect(watch.observe(1_400, { ...quiet(), output: 11 }).change).toBe('awake');
    expect(watch.observe(1_600, quiet()).change).toBe(null);
  });

  it('not while the CPU works or files change', () => {
    const working = new StallWatch(1_000);
    for (let at = 0; at < 5_000; at += 200)
      expect(working.observe(at, { output: 0, cpu: at / 2, files: () => '' }).change).toBe(null);
    const writing = new StallWatch(1_000);
    for (let at = 0; at < 5_000; at += 200)
      expect(writing.observe(at, { output: 0, cpu: 0, files: () => String(at) }).change).toBe(null);
  });
});

describe('output', () => {
  it('reads lines as they come, across chunks, and drops one over 1 MB', () => {
    const path = join(folder, 'lines');
    const lines: string[] = [];
    writeFileSync(path, 'before\n');
    const reader = new LineReader(path, 7, (line) => lines.push(line));
    appendFileSync(path, 'one\r\ntw');
    reader.poll();
    appendFileSync(path, `ö\n${'x'.repeat(1_100_000)}\nthree\n${'y'.repeat(100_000)}\nrest`);
    reader.poll();
    reader.poll(true);
    expect(lines.map((line) => line.slice(0, 5))).toEqual(['one', 'twö', 'three', 'yyyyy', 'rest']);
  });

  it('the tail: 20 lines, 4 KiB, no colours', () => {
    const path = join(folder, 'tail');
    writeFileSync(
      path,
      `${Array.from({ length: 50 }, (_, n) => `line ${n}`).join('\n')}\n\u001b[31mred\u001b[0m\n 10%\r 100%\n`,
    );
    expect(tailOf(path).split('\n')).toHaveLength(20);
    expect(tailOf(path).endsWith('line 49\nred\n 100%')).toBe(true);
    expect(lastLines('')).toBe('');
    expect(tailOf(join(folder, 'none'))).toBe('');
    writeFileSync(path, 'ü'.repeat(10_000));
    expect(Buffer.byteLength(tailOf(path))).toBeLessThanOrEqual(4_096);
  });
});

describe('filesWithMarkers', () => {
  const patch = (file: string, lines: string[]): string =>
    `+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}\n`;

  it('three in order in one file', () => {
    expect(filesWithMarkers(patch('a', ['<<<<<<< HEAD', 'x', '=======', 'y', '>>>>>>> main']))).toEqual(['a']);
    expect(filesWithMarkers(patch('a', ['Title', '=======', '>>>>>>> quoted', '<<<<<<< x']))).toEqual([]);
    expect(filesWithMarkers(patch('a', ['<<<<<<< HEAD', '=======']) + patch('b', ['>>>>>>> main']))).toEqual([]);
  });
});

describe('causes', () => {
  it('the first wins', () => {
    expect(readCause(folder)).toBe(null);
    expect(endBecause(folder, 'timed-out', 'late').cause).toBe('timed-out');
    expect(endBecause(folder, 'stopped', 'too late').cause).toBe('timed-out');
    expect(readCause(folder)?.detail).toBe('late');
  });

  it('a stop.json that cannot be read still stops', () => {
    writeFileSync(join(folder, 'stop.json'), '{');
    expect(readStop(folder)?.cause).toBe('stopped');
  });
});
