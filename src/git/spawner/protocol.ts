/**
 * What the git spawner is asked, one JSON line each on its stdin. An answer is a JSON line (SpawnAnswer), then `out` bytes
 * of stdout, then `err` bytes of stderr.
 */
export interface SpawnRequest {
  readonly n: number;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment that the spawner was started with. */
  readonly env?: Readonly<Record<string, string>>;
  /** For stdin, base64; left out: none. */
  readonly input?: string;
}

export interface SpawnAnswer {
  readonly n: number;
  /** null: ended by a signal, or could not be started (then `failed` says why). */
  readonly code: number | null;
  readonly failed?: string;
  readonly out: number;
  readonly err: number;
}
