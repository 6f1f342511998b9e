import { asObject, asText } from '../agents/output-line.ts';
import type { BridgeLine, Stage } from '../agents/acp/bridge-lines.ts';
import * as messages from './messages.ts';

/** A JSON-RPC error, or whatever else was thrown, as a line. */
export function failureLine(stage: Stage, error: unknown): BridgeLine {
  const { code, message, data } = (error ?? {}) as { code?: unknown; message?: unknown; data?: unknown };
  const more = asObject(data);
  const details = ['details', 'message', 'error', 'stderr']
    .map((key) => asText(more?.[key]))
    .find((text) => text !== '');
  const kind = asText(more?.['errorKind']) || asText(more?.['errorName']);
  // "Internal error" is JSON-RPC's name for the code, and says nothing.
  const text = (asText(message) || String(error)).replace(/^Internal error(?:: |$)/, '');
  const detail = details ?? (typeof data === 'string' ? data : '');
  return {
    acp: 'error',
    stage,
    code: typeof code === 'number' ? code : null,
    kind: kind === '' ? null : kind,
    message: worded(text, detail).slice(0, LONGEST),
  };
}

function worded(text: string, detail: string): string {
  if (text === '' || detail.includes(text)) return detail || messages.NO_REASON;
  return detail === '' || text.includes(detail) ? text : `${text}: ${detail}`;
}

const LONGEST = 2_000;

/** JSON-RPC error codes (the protocol's `ErrorCode`). */
export const METHOD_NOT_FOUND = -32601;

export const codeOf = (error: unknown): number | null => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : null;
};
