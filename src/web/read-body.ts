import type { IncomingMessage } from 'node:http';

/** Bytes of a body. */
const MAX_BODY = 4 * 1024 * 1024;

/**
 * The body of a request as text. `too-long`: it has more than `most` bytes, and the rest was not read. `unreadable`: it is
 * not UTF-8, or the client has left.
 */
export async function readBody(
  incoming: IncomingMessage,
  most = MAX_BODY,
): Promise<{ readonly text: string } | 'too-long' | 'unreadable'> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    // Not `for await`: that would destroy the connection before it is answered.
    await new Promise<void>((resolve, reject) => {
      incoming.on('data', (part: Buffer) => {
        size += part.length;
        if (size > most) resolve();
        else parts.push(part);
      });
      incoming.once('end', resolve).once('error', reject).once('close', resolve);
    });
    if (size > most) return 'too-long';
    if (!incoming.complete) return 'unreadable';
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)) };
  } catch {
    return 'unreadable';
  }
}
