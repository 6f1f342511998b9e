import { describe, expect, it } from 'vitest';
import { adapterNamed } from '../../../src/agents/adapters.ts';
import { briefing } from '../../../src/coordinator/launch/prompt-instructions.ts';

const shell = adapterNamed('shell');

describe('briefing', () => {
  it('names the tool where the agent is given our MCP server, after all that the prompt says', () => {
    const capabilities = { ...shell!.capabilities, mcp: true };
    const said = briefing('Do it.\n\nA run without that file has failed.\n\n', { capabilities });
    expect(said.startsWith('Do it.\n\nA run without that file has failed.\n\nInstead of writing that file')).toBe(true);
    for (const words of [
      '`report` tool of the MCP server `kanban`',
      'search for it if it is not loaded',
      'write the file.\n',
    ])
      expect(said).toContain(words);
  });

  it('leaves the prompt as it is where there is no such server', () => {
    expect(briefing('Do it.\n\n', { capabilities: { ...shell!.capabilities, mcp: false } })).toBe('Do it.\n\n');
  });
});
