/** An `env` setting: `[NAME]` passes a variable through, `{NAME: value}` sets it. */
export interface EnvSetting {
  readonly pass: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** One of `roles:`. Durations everywhere in Settings are milliseconds. */
export interface RoleSettings {
  readonly agent: string;
  readonly model: string | null;
  /** For the `shell` agent's reviewer and tester: a command. */
  readonly run: string;
  readonly env: EnvSetting;
  /** Path of the prompt, relative to the root; null = `<prompts>/<role>.md`. */
  readonly prompt: string | null;
  readonly timeout: number;
}

/** One of `agents:`. */
export interface AgentSettings {
  /** Name of the adapter. */
  readonly kind: string;
  /** The program and its first arguments, before `args`. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly model: string | null;
  readonly env: EnvSetting;
  readonly permissions: 'narrow' | 'full';
  /** Programs that its shell may run unasked besides git, in the narrow form. */
  readonly tools: readonly string[];
}

/** Caps of one entry and of one day. */
export interface Caps {
  readonly entry_usd: number | null;
  readonly entry_tokens: number | null;
  /** Runs of one entry, all roles together. */
  readonly entry_runs: number | null;
  readonly day_usd: number | null;
  readonly day_tokens: number | null;
}

export type NotifyEvent = 'needs-person' | 'alert' | 'landed' | 'moved' | 'ended';

/** One of `notify:`. `url`, `secret` and `token` are names of environment variables; null = none. */
export interface NotifyTarget {
  readonly to: 'command' | 'slack' | 'ntfy' | 'json';
  readonly run: string;
  readonly env: EnvSetting;
  readonly url: string | null;
  readonly secret: string | null;
  readonly token: string | null;
  readonly on: readonly NotifyEvent[];
}

export type AlertName =
  | 'stalled'
  | 'restarts'
  | 'failed-landings'
  | 'cost'
  | 'no-landing'
  | 'queue-age'
  | 'queue-held'
  | 'provider';

/** One of `alerts:`; null = the default. Times are ms. */
export interface AlertRule {
  readonly when: AlertName;
  /** A count, or US dollars. */
  readonly over: number | null;
  readonly for: number | null;
  readonly within: number | null;
}

/** What WORKFLOW.md says, checked and completed. What people write is in workflow/schema.ts. */
export interface Settings {
  readonly base: string;
  readonly remote: string | null;
  readonly push: boolean;
  readonly upstream: string | null;
  readonly fetch: number;
  /** Folders and files, relative to the root, with `/`, without a slash at the end. */
  readonly board: string;
  readonly prompts: string;
  /** null: another tool writes it. */
  readonly changelog: string | null;
  /** Prefixes of ids; new entries get the first. */
  readonly ids: readonly string[];
  /** Template with `{id}`. */
  readonly branch: string;
  readonly worktrees: string;
  readonly capacity: number;
  readonly wip: { readonly in_progress: number; readonly review: number | null; readonly testing: number | null };
  readonly settle: number;
  readonly retries: number;
  readonly restarts_per_hour: number;
  readonly stall: { readonly after: number; readonly repeat: number; readonly kill: boolean };
  /** What agents may use up; null = no cap. Money in US dollars, tokens of input and output together. */
  readonly caps: Caps;
  readonly contain: 'auto' | 'bwrap' | 'group';
  readonly env: EnvSetting;
  readonly approve: 'never' | 'start' | 'land';
  /** What uncommitted tracked files do while no entry is in work yet. */
  readonly dirty: 'stop' | 'warn';
  /** What a branch that changes paths outside of its entry's `files` does: the reviewer hears of it, or the run fails. */
  readonly files: 'warn' | 'strict';
  /** Globs (picomatch). */
  readonly protect: readonly string[];
  readonly roles: {
    readonly task: RoleSettings;
    readonly reviewer: RoleSettings & { readonly rereview: boolean };
    readonly tester: RoleSettings & { readonly fix: string };
  };
  readonly agents: Readonly<Record<string, AgentSettings>>;
  /** Globs (picomatch) of changed files with commands, for the `shell` tester. */
  readonly tests: Readonly<Record<string, string>>;
  readonly commits: { readonly author: string; readonly landing: string; readonly move: string };
  readonly merge_queue: {
    readonly mode: 'serial' | 'batch';
    readonly max_batch: number;
    readonly check: string;
    readonly check_timeout: number;
  };
  readonly hooks: {
    readonly after_create: string;
    readonly before_run: string;
    readonly after_run: string;
    readonly before_remove: string;
    readonly timeout: number;
  };
  /** Entries that one run may add. */
  readonly plan: { readonly max: number };
  readonly notify: readonly NotifyTarget[];
  readonly alerts: readonly AlertRule[];
  /** What is kept in `.kanban/`: ms and bytes; null = without a limit. */
  readonly keep: { readonly runs: number | null; readonly size: number | null; readonly events: number | null };
  readonly preflight: readonly { readonly name: string; readonly run: string; readonly fix: string }[];
}

/** WORKFLOW.md, read. */
export interface Workflow {
  readonly settings: Settings;
  /** The prose below the front matter: the team's rules, given to every agent. */
  readonly rules: string;
}
