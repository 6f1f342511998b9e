import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skillDoc } from '../../../src/commands/program/skill-doc.ts';
import { init } from '../../../src/setup/init-plan.ts';
import { SKILL_FILES } from '../../../src/setup/skill-file.ts';
import { makePrograms, makeRepository } from './rig.ts';

async function write(cwd: string, skill: string, dryRun = false) {
  const result = await init({ cwd, dryRun, skill, env: { PATH: makePrograms(), HOME: '/nowhere' } });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const isSkill = (path: string): boolean => SKILL_FILES.some((file) => file === path);
  return {
    written: result.value.written.filter(({ path }) => isSkill(path)).map(({ how }) => how),
    kept: result.value.kept.filter(isSkill),
    said: result.value.found.filter((line) => line.startsWith('skill: ')),
  };
}

/** As an earlier version wrote it. */
function earlier(): string {
  const text = '---\nname: kanban\n---\n\n- `kanban old`\n';
  const hash = createHash('sha256').update(text).digest('hex');
  return `${text}\n<!-- Written by \`kanban init --skill\`, from its command table. sha256 of all above: ${hash} -->\n`;
}

describe('kanban init --skill', () => {
  it('writes the skill once, and leaves what is there', async () => {
    const root = makeRepository();
    const skill = skillDoc();
    expect(await write(root, skill, true)).toMatchObject({ written: ['new', 'new'] });
    expect(await write(root, skill)).toMatchObject({ written: ['new', 'new'] });
    for (const path of SKILL_FILES) expect(readFileSync(join(root, path), 'utf8')).toBe(skill);
    expect(await write(root, skill)).toEqual({ written: [], kept: [...SKILL_FILES], said: [] });
  });

  it('replaces what an earlier version wrote, and keeps what somebody changed, and says so', async () => {
    const root = makeRepository();
    await write(root, skillDoc());
    const [own, other] = SKILL_FILES.map((path) => join(root, path)) as [string, string];
    writeFileSync(own, earlier().replaceAll('\n', '\r\n'));
    const changed = skillDoc().replace('## Work', '## Our work');
    writeFileSync(other, changed);
    const { written, kept, said } = await write(root, skillDoc());
    expect([written, kept]).toEqual([['changed'], []]);
    expect(said).toEqual([expect.stringContaining(`${SKILL_FILES[1]} was changed by hand and stays`)]);
    expect(readFileSync(own, 'utf8')).toBe(skillDoc());
    expect(readFileSync(other, 'utf8')).toBe(changed);
    writeFileSync(other, 'my own skill');
    expect((await write(root, skillDoc())).said).toHaveLength(1);
    expect(readFileSync(other, 'utf8')).toBe('my own skill');
  });
});
