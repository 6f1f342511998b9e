// An agent for bench/inject.mjs: speaks as Claude Code does, notes when it hears each message, and ends on "stop".
import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [heardAt = ''] = process.argv.slice(2);
const print = (line) => process.stdout.write(`${JSON.stringify({ session_id: 'bench', ...line })}\n`);
print({ type: 'system', subtype: 'init' });
for await (const line of createInterface({ input: process.stdin })) {
  const at = Date.now();
  const message = JSON.parse(line);
  print({ ...message, isReplay: true });
  const [{ text }] = message.message.content;
  appendFileSync(heardAt, `${at} ${text.split('\n').at(-1)}\n`);
  if (!text.endsWith('stop')) continue;
  writeFileSync('done.txt', 'done\n');
  execFileSync('git', ['add', '-A']);
  execFileSync('git', ['commit', '-qm', 'done']);
  writeFileSync(process.env['KANBAN_REPORT'], '---\nverdict: done\n---\nDone.\n');
  print({ type: 'result', subtype: 'success', is_error: false });
}
