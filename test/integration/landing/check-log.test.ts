import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendCheckLog, checkLogPath, readCheckLog } from '../../../src/coordinator/merge-queue/check-log-file.ts';
import type { CheckLogLine } from '../../../src/pipeline/queue/check-log.ts';
import { buildProgram } from '../../rig/child-program.ts';

let repo: { readonly commonDir: string };
beforeEach(() => {
  repo = { commonDir: mkdtempSync(join(tmpdir(), 'kanban-check-log-')) };
});
afterEach(() => rmSync(repo.commonDir, { recursive: true, force: true }));

const line = (n: number): CheckLogLine => ({
  type: 'checked',
  run: `check-${n}-00000000`,
  key: `key ${n}`,
  commit: 'c',
  entries: ['T-1'],
  outcome: 'green',
  detail: '',
  at: n,
  ms: 1,
  log: 'output.log',
});
const text = (): string => readFileSync(checkLogPath(repo), 'utf8');
const keys = (): string[] => readCheckLog(repo).recent.map(({ key }) => key);

describe('the log of the checks', () => {
  it('is empty before anything was written, and is read anew whenever it has changed', () => {
    expect(readCheckLog(repo)).toMatchObject({ recent: [], flakes: [], batches: [] });
    expect(appendCheckLog(repo, [line(1), line(2)])).toBeNull();
    expect(keys()).toEqual(['key 2', 'key 1']);
    expect(readCheckLog(repo)).toBe(readCheckLog(repo));
    expect(appendCheckLog(repo, [line(3)])).toBeNull();
    expect(keys()).toEqual(['key 3', 'key 2', 'key 1']);
    // By another process.
    appendFileSync(checkLogPath(repo), `${JSON.stringify(line(4))}\n`);
    expect(keys()[0]).toBe('key 4');
    rmSync(checkLogPath(repo));
    expect(keys()).toEqual([]);
  });

  it('survives a line that a kill has torn at any byte: what comes after it is read (I8)', () => {
    appendCheckLog(repo, [line(1)]);
    const whole = text().length;
    for (const torn of [1, 20, whole - 2, whole - 1]) {
      appendCheckLog(repo, [line(2)]);
      truncateSync(checkLogPath(repo), whole + torn);
      expect(appendCheckLog(repo, [line(3)])).toBeNull();
      // Torn just before its line feed, line 2 is whole.
      expect(keys()).toEqual(torn === whole - 1 ? ['key 3', 'key 2', 'key 1'] : ['key 3', 'key 1']);
      truncateSync(checkLogPath(repo), whole);
    }
  });

  it('keeps its newest 2,000 lines', () => {
    appendCheckLog(
      repo,
      Array.from({ length: 3_000 }, (_, i) => line(i)),
    );
    expect(text().trimEnd().split('\n')).toHaveLength(3_000);
    appendCheckLog(repo, [line(3_000)]);
    expect(text().trimEnd().split('\n')).toHaveLength(2_000);
    expect(keys()[0]).toBe('key 3000');
    expect(readCheckLog(repo).passes.size).toBe(2_000);
    appendCheckLog(repo, [line(3_001)]);
    expect(keys().slice(0, 2)).toEqual(['key 3001', 'key 3000']);
  });

  it('moves a folder in its place aside; says why it can not be written, and nothing when it can not be read', () => {
    mkdirSync(checkLogPath(repo), { recursive: true });
    expect(keys()).toEqual([]);
    expect(appendCheckLog(repo, [line(1)])).toBe(null);
    expect(keys()).toHaveLength(1);
    rmSync(join(repo.commonDir, 'kanban'), { recursive: true });
    writeFileSync(join(repo.commonDir, 'kanban'), 'a file stands there');
    expect(appendCheckLog(repo, [line(1)])?.code).toMatch(/folder-missing|cannot-write/);
  });

  it('on a full disk says so and takes back what it had begun to write', () => {
    const program = buildProgram(
      `import { appendCheckLog } from '../../../src/coordinator/merge-queue/check-log-file.ts';
       const [commonDir, lines] = process.argv.slice(2);
       process.stdout.write(JSON.stringify(appendCheckLog({ commonDir }, JSON.parse(lines))));`,
      join(repo.commonDir, 'append.mjs'),
    );
    appendCheckLog(repo, [line(1)]);
    const before = text();
    // Files may grow to one block: the second line begins within it.
    const limited = `trap '' XFSZ; ulimit -f 1; exec "$@"`;
    const many = JSON.stringify(Array.from({ length: 20 }, (_, i) => line(i + 2)));
    const said = execFileSync('sh', ['-c', limited, 'sh', process.execPath, program, repo.commonDir, many]);
    expect(JSON.parse(said.toString())).toMatchObject({ code: 'disk-full' });
    expect(text()).toBe(before);
    expect(appendCheckLog(repo, [line(2)])).toBeNull();
    expect(keys()).toEqual(['key 2', 'key 1']);
  });
});
