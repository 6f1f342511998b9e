import type {
  AddReply,
  BoardEvent,
  BoardReply,
  BoardRequest,
  EntryDiff,
  InjectReply,
  NewEntry,
  RunOutput,
} from '../../../surfaces/board-types.ts';
import type { Metrics } from '../../../metrics/figures.ts';
import type { Ended } from '../../../metrics/history.ts';
import type { About, Entry, Failure, Rendered } from '../../api-types.ts';
import type { Move } from '../../../report/ways/moves.ts';
import { NO_ANSWER } from '../messages.ts';
import { dropToken, token } from './token.ts';

/** Why something could not be read or done. */
export class ApiError extends Error {
  readonly fix: string | null;
  readonly status: number;

  constructor(message: string, fix: string | null, status: number) {
    super(message);
    this.fix = fix;
    this.status = status;
  }
}

/** @throws ApiError: refused, or the server does not answer (status 0) */
export async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set('authorization', `Bearer ${token.value ?? ''}`);
  const answer = await fetch(path, { ...options, headers }).catch((error: unknown) => {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(NO_ANSWER, null, 0);
  });
  if (answer.status === 401) dropToken();
  return answer;
}

async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await ask(path, signal === undefined ? {} : { signal });
  const body = (await answer.json()) as T;
  if (!answer.ok) throw errorOf(body, answer.status);
  return body;
}

/** A refusal is an answer too. */
async function send<T>(path: string, body: unknown): Promise<T> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const reply = (await answer.json()) as T;
  if (!answer.ok && answer.status !== 409) throw errorOf(reply, answer.status);
  return reply;
}

function errorOf(body: unknown, status: number): ApiError {
  const { error, fix, problems = [] } = body as Failure;
  const all = [...new Set([error, ...problems.map(({ message }) => message)])];
  return new ApiError(all.join('\n') || NO_ANSWER, fix ?? problems[0]?.fix ?? null, status);
}

const at = (id: string): string => `/api/entry/${encodeURIComponent(id)}`;
const query = (values: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

export const api = {
  about: () => read<About>('/api/about'),
  entry: (id: string, signal?: AbortSignal) => read<Entry>(at(id), signal),
  moves: (id: string) => read<{ readonly moves: readonly Move[] }>(`${at(id)}/moves`),
  diff: (id: string, file?: string, max?: number) => read<EntryDiff>(`${at(id)}/diff${query({ file, max })}`),
  output: (run: string, from?: number, signal?: AbortSignal) =>
    read<RunOutput>(`/api/run/${encodeURIComponent(run)}/output${query({ from })}`, signal),
  report: (run: string) => read<Rendered>(`/api/run/${encodeURIComponent(run)}/report`),
  /** The newest events of these types, oldest first. */
  events: (kinds: string, limit: number) =>
    read<{ readonly events: readonly BoardEvent[] }>(`/api/events${query({ kinds, limit })}`),
  history: () => read<{ readonly history: readonly Ended[] }>('/api/history'),
  metrics: (since?: number, by?: string) => read<Metrics>(`/api/metrics${query({ since, by })}`),
  render: (text: string) => send<{ readonly html: string }>('/api/render', { text }),
  request: (request: BoardRequest) => send<BoardReply>('/api/request', request),
  add: (entries: readonly NewEntry[], dryRun = false) => send<AddReply>('/api/add', { entries, dryRun }),
  inject: (id: string, message: string, priority: string) =>
    send<InjectReply>('/api/inject', { id, message, priority }),
};
