import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All tests work in one folder of their own, which goes with them: whatever a test leaves is not left on the machine. */
export default function setup(): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'file-kanban-tests-')));
  process.env['TMPDIR'] = folder;
  // With it each Node process reads hundreds of certificates at its start: 80 ms, and the tests start thousands of them.
  // No test speaks to a server by TLS.
  delete process.env['NODE_EXTRA_CA_CERTS'];
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
