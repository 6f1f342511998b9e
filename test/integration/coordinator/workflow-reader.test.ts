import { expect, it } from 'vitest';
import { WORKFLOW, WorkflowReader } from '../../../src/coordinator/observe/workflow-reader.ts';
import { makeRig } from '../landing/rig.ts';

const text = (check: string): string => `---\nmerge_queue: { check: '${check}' }\n---\n\nRules.\n`;

it('a WORKFLOW.md that is empty for a moment, while it is written anew, is not taken for one without a check (I5)', async () => {
  const rig = await makeRig();
  rig.write(WORKFLOW, text('npm test'));
  const reader = new WorkflowReader(rig.repo);
  const check = async (): Promise<string> => {
    const read = await reader.read();
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return read.value.workflow.settings.merge_queue.check;
  };
  expect(await check()).toBe('npm test');
  rig.write(WORKFLOW, '');
  expect(await check()).toBe('npm test');
  rig.write(WORKFLOW, text('npm run other'));
  expect(await check()).toBe('npm run other');
  // One that stays empty is meant.
  rig.write(WORKFLOW, '');
  const begun = Date.now();
  for (let said = 'npm run other'; said !== ''; said = await check()) expect(Date.now() - begun).toBeLessThan(100_000);
  // A command that begins in that moment waits for the text.
  rig.write(WORKFLOW, '');
  const first = new WorkflowReader(rig.repo).read();
  rig.write(WORKFLOW, text('npm test'));
  expect(await first).toMatchObject({
    ok: true,
    value: { workflow: { settings: { merge_queue: { check: 'npm test' } } } },
  });
});
